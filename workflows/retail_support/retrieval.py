"""What the workflow reads: a customer's own records and policy, and afterwards its own writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from agents.tools.spec import CallContext
from schemas.errors import SettingError
from schemas.strict import StrictModel
from workflows.retail_support.policy import PolicySearch, read_policy
from workflows.retail_support.store import Store, log, open_store, reading

if TYPE_CHECKING:
    from schemas.records import Document, RetrievalRequest

POLICY = Path(__file__).parent / "data" / "policy_wiki.md"
Documents = Iterator["Document"]
WRITTEN = ("idempotency_key", "tool", "arguments", "result", "error", "before", "after")


class RetailRetriever:
    """Reads the store for the customer of the call, and searches the policy."""

    def __init__(self, store: Store, policy: str) -> None:
        self._store = store
        self._policy = policy
        self._searches = threading.local()
        self._retrievers: Mapping[str, Callable[[RetrievalRequest, CallContext], Documents]] = {
            "customer_and_policy": self._customer_and_policy,
            "records_of_step": self._records_of_step,
            "own_writes": self._own_writes,
        }

    def retrieve(
        self, name: str, request: RetrievalRequest, context: CallContext
    ) -> Sequence[Document]:
        """Documents of one of the retrievers."""
        return list(self._retrievers[name](request, context))

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    def _customer_and_policy(self, request: RetrievalRequest, _: CallContext) -> Documents:
        """Profile, orders that the request names (else all), passages of policy, products."""
        records = list(self._records(request["user_id"], request["query"]))
        yield from (document for document in records if document["kind"] != "product")
        if records:
            yield from self._passages(request["query"], request["passages"])
        yield from (document for document in records if document["kind"] == "product")

    def _records_of_step(self, request: RetrievalRequest, _: CallContext) -> Documents:
        """Profile, the customer's orders that the step names, and the products in them."""
        with self._store.snapshot() as connection:
            customer = reading.users(connection, [request["user_id"]]).get(request["user_id"])
            if customer is None:
                return
            named = [order for order in customer.orders if f'"{order}"' in request["query"]]
            orders = reading.orders(connection, named)
            ids = {item.product_id for order in orders.values() for item in order.items}
            products = reading.products(connection, sorted(ids))
        yield _document(f"customer:{request['user_id']}", "customer", customer)
        for order_id, order in orders.items():
            yield _document(f"order:{order_id}", "order", order)
        for product_id, product in products.items():
            yield _document(f"product:{product_id}", "product", product)

    def _own_writes(self, _: RetrievalRequest, context: CallContext) -> Documents:
        """What this run has written, as the store logged it, and the catalogue's prices."""
        with self._store.snapshot() as connection:
            writes = [
                {field: entry[field] for field in WRITTEN}
                for entry in log.of_run(connection, context.run_id)
            ]
            products = reading.products(connection, _product_ids(writes))
        asked = {item for write in writes for item in write["arguments"].get("new_item_ids", ())}
        prices = {
            item_id: variant.price_cents
            for product in products.values()
            for item_id, variant in product.variants.items()
            if item_id in asked
        }
        content = orjson.dumps({"writes": writes, "prices_cents": prices}).decode()
        yield {"id": "writes", "kind": "write", "content": content, "score": 0.0}

    def _records(self, user_id: str, query: str) -> Documents:
        with self._store.snapshot() as connection:
            customer = reading.users(connection, [user_id]).get(user_id)
            if customer is None:
                return
            yield _document(f"customer:{user_id}", "customer", customer)
            named = [order for order in customer.orders if order in query]
            orders = reading.orders(connection, named or customer.orders)
            for order_id, order in orders.items():
                yield _document(f"order:{order_id}", "order", order)
            bought = {item.product_id for order in orders.values() for item in order.items}
            for product_id, product in reading.products(connection, bought).items():
                yield _document(f"product:{product_id}", "product", product)

    def _passages(self, query: str, limit: int) -> Documents:
        if not hasattr(self._searches, "policy"):
            self._searches.policy = PolicySearch(self._policy)
        for found in self._searches.policy.find(query, limit):
            yield {"id": found.id, "kind": "policy", "content": found.text, "score": found.score}


def open_retriever(settings: Mapping[str, str]) -> RetailRetriever:
    """The retriever on the store at `settings["store_url"]`. Raises SettingError."""
    if "store_url" not in settings:
        raise SettingError("store_url: missing; give a database URL such as sqlite:///store.db")
    return RetailRetriever(open_store(settings["store_url"]), read_policy(POLICY))


def _product_ids(writes: Sequence[Mapping[str, Any]]) -> set[str]:
    return {
        item["product_id"]
        for write in writes
        for order in write["before"]["orders"].values()
        for item in order["items"]
    }


def _document(document_id: str, kind: str, record: StrictModel) -> Document:
    return {"id": document_id, "kind": kind, "content": record.model_dump_json(), "score": 0.0}
