"""What the workflow reads before it plans: one customer's own records, and policy that applies."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.strict import StrictModel
from workflows.retail_support.policy import PolicySearch, read_policy
from workflows.retail_support.store import reading
from workflows.retail_support.store.store import Store, open_store

if TYPE_CHECKING:
    from schemas.records import Document, RetrievalRequest

POLICY = Path(__file__).parent / "data" / "policy_wiki.md"


class RetailRetriever:
    """Reads the store for the customer named in the call, and searches the policy."""

    def __init__(self, store: Store, policy: str) -> None:
        self._store = store
        self._policy = policy
        self._searches = threading.local()

    def retrieve(self, name: str, request: RetrievalRequest) -> Sequence[Document]:  # noqa: ARG002
        """Profile, orders that the request names (else all), and passages of policy."""
        records = list(self._records(request["user_id"], request["query"]))
        if not records:
            return []
        return [*records, *self._passages(request["query"], request["passages"])]

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    def _records(self, user_id: str, query: str) -> Iterator[Document]:
        with self._store.snapshot() as connection:
            customer = reading.users(connection, [user_id]).get(user_id)
            if customer is None:
                return
            yield _document(f"customer:{user_id}", "customer", customer)
            named = [order for order in customer.orders if order in query]
            orders = reading.orders(connection, named or customer.orders)
            for order_id, order in orders.items():
                yield _document(f"order:{order_id}", "order", order)

    def _passages(self, query: str, limit: int) -> Iterator[Document]:
        if not hasattr(self._searches, "policy"):
            self._searches.policy = PolicySearch(self._policy)
        for found in self._searches.policy.find(query, limit):
            yield {"id": found.id, "kind": "policy", "content": found.text, "score": found.score}


def open_retriever(settings: Mapping[str, str]) -> RetailRetriever:
    """The retriever of this workflow; `store_url` names the database."""
    return RetailRetriever(open_store(settings["store_url"]), read_policy(POLICY))


def _document(document_id: str, kind: str, record: StrictModel) -> Document:
    return {"id": document_id, "kind": kind, "content": record.model_dump_json(), "score": 0.0}
