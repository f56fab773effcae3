"""Runs of the demonstration's workflow: policy, budget, retrieval, two model and two tool calls.

Every run has a customer and an order of its own, copies of recorded ones: it looks the order up
and cancels it. The model plays the plan; store, tools, checks and caps are the workflow's own.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from bench.systems.on_kafka import workspace
from streams.settings import Settings
from tollway.stack.roles import Role
from workflows.retail_support.store import create_store

if TYPE_CHECKING:
    from schemas.records import IntakeEvent

WORKFLOW_DIR = Path(__file__).parents[2] / "workflows" / "retail_support"
DATA = WORKFLOW_DIR / "data"


class Governed:
    """The retail workflow on a store with one customer a run."""

    roles = (
        Role("worker", ("worker",)),
        Role("pool-model", ("pool", "model")),
        Role("pool-retrieval", ("pool", "retrieval")),
        Role("pool-tool", ("pool", "tool")),
    )

    def prepare(self, settings: Settings, folder: Path, runs: int) -> Settings:
        """Make the store and the recorded plans of `runs` runs."""
        data = folder / "data"
        data.mkdir()
        write_data(data, runs)
        recordings = folder / "requests.jsonl"
        recordings.write_bytes(b"\n".join(orjson.dumps(recording(n)) for n in range(runs)))
        store_url = f"sqlite:///{folder}/store.db"
        create_store(store_url, data).close()
        changes = {"recordings": recordings, "store_url": store_url}
        return settings.model_copy(update={"workflows_dir": WORKFLOW_DIR.parent, **changes})

    def event(self, number: int) -> IntakeEvent:
        """A customer who wants an order cancelled."""
        return {
            "event_id": str(number),
            "workspace": workspace(number),
            "user_id": user_id(number),
            "workflow": WORKFLOW_DIR.name,
            "intent": None,
            "customer_tier": "standard",
            "region": "here",
            "occurred_at_ms": 1,
            "request": request(number),
        }


def user_id(number: int) -> str:
    """The customer of a run."""
    return f"customer_{number}"


def order_id(number: int) -> str:
    """The customer's order."""
    return f"#W{number:07d}"


def request(number: int) -> str:
    """What the customer writes."""
    return f"Please look at my order {order_id(number)} and cancel it: it was ordered by mistake."


def recording(number: int) -> dict[str, Any]:
    """The request with the plan that the model plays."""
    order = {"order_id": order_id(number)}
    steps = [
        {"tool": "get_order_details", "arguments": order},
        {"tool": "cancel_pending_order", "arguments": {**order, "reason": "ordered by mistake"}},
    ]
    return {
        "id": str(number),
        "user_id": user_id(number),
        "request": request(number),
        "steps": steps,
    }


def write_data(folder: Path, runs: int, customers: int | None = None) -> None:
    """The three files of a store with one pending order a run, for `customers` in turn.

    Without `customers` every run has one of its own.
    """
    customers = customers or runs
    users, orders = (_read(name) for name in ("users", "orders"))
    order = next(order for order in orders.values() if _suits(order))
    user = users[order["user_id"]]
    _write(
        folder, "users", {user_id(n): _owning(user, n, runs, customers) for n in range(customers)}
    )
    _write(folder, "orders", {order_id(n): _owned(order, n, n % customers) for n in range(runs)})
    shutil.copy(DATA / "products.json", folder)


def _suits(order: Mapping[str, Any]) -> bool:
    """Pending, and not paid by gift card: so nothing but the order changes."""
    paid_by = order["payment_history"][0]["payment_method_id"]
    return order["status"] == "pending" and not paid_by.startswith("gift_card")


def _owning(user: Mapping[str, Any], customer: int, runs: int, customers: int) -> dict[str, Any]:
    return {**user, "orders": [order_id(number) for number in range(customer, runs, customers)]}


def _owned(order: Mapping[str, Any], number: int, customer: int) -> dict[str, Any]:
    return {**order, "order_id": order_id(number), "user_id": user_id(customer)}


def _read(name: str) -> dict[str, Any]:
    records: dict[str, Any] = orjson.loads((DATA / f"{name}.json").read_bytes())
    return records


def _write(folder: Path, name: str, records: Mapping[str, Any]) -> None:
    (folder / f"{name}.json").write_bytes(orjson.dumps(records))
