"""What one transaction of the store promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from schemas.derive import conform
from tests.integration.retail.desk import Desk, context, recorded_store
from workflows.retail_support.recorded import as_recorded
from workflows.retail_support.records import Images
from workflows.retail_support.store import lookups
from workflows.retail_support.store.acts import Act
from workflows.retail_support.store.log import Call, Change
from workflows.retail_support.tools.desk import (
    TRANSFER_TO_HUMAN_AGENTS,
    Transfer,
    TransferToHumanAgents,
)

ORDER = "#W5199551"
CALL = Call(
    TRANSFER_TO_HUMAN_AGENTS,
    conform(TransferToHumanAgents, {"summary": "wants a person"}),
    context("key", "run"),
)


def test_a_read_sees_one_moment_although_a_write_is_committed_meanwhile(desk: Desk) -> None:
    with desk.store.snapshot() as connection:
        before = lookups.order(connection, ORDER)
        cancel = {"order_id": ORDER, "reason": "no longer needed"}
        assert desk.call("cancel_pending_order", cancel)[1] is None
        assert lookups.order(connection, ORDER) == before
    with desk.store.snapshot() as connection:
        assert lookups.order(connection, ORDER).status == "cancelled"


def test_a_write_that_breaks_half_way_leaves_neither_change_nor_entry(desk: Desk) -> None:
    with desk.store.snapshot() as connection:
        order = lookups.order(connection, ORDER)
        stranger = lookups.user(connection, order.user_id)
    after = Images(orders={ORDER: order.replaced(status="cancelled")}, users={"stranger": stranger})
    result = Transfer(status="never")
    act = Act(lambda *_: None, lambda *_: Change(result, None, Images(), after))
    with pytest.raises(IntegrityError):
        desk.store.write(CALL, act)
    assert desk.entries() == []
    assert desk.store.dump() == recorded_store()


def test_two_workers_that_enter_a_key_at_the_same_moment_get_the_same_answer(desk: Desk) -> None:
    """Where one of them has to wait for the other, the barrier breaks and that is as good."""
    both_decided = Barrier(2)

    def decide(*_: object) -> Change:
        try:
            place = both_decided.wait(timeout=0.5)
        except BrokenBarrierError:
            place = -1
        return Change(Transfer(status=f"decided {place}"))

    act = Act(lambda *_: None, decide)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: desk.store.write(CALL, act), range(2))
    assert first == second
    assert [entry["result"] for entry in desk.entries()] == [{"status": as_recorded(first)}]


def test_refunds_of_several_orders_to_one_gift_card_at_the_same_time_all_count(desk: Desk) -> None:
    refunds = dict(pending_orders_paid_by_gift_card())
    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(
            lambda order_id: desk.call(
                "cancel_pending_order",
                {"order_id": order_id, "reason": "no longer needed"},
                key=order_id,
            ),
            refunds,
        )
        assert {error for _, error in answers} == {None}
    refunded: dict[str, Decimal] = defaultdict(Decimal)
    for card, amount in refunds.values():
        refunded[card] += amount
    after = balances(desk.store.dump())
    for card, balance in balances(recorded_store()).items():
        assert after[card] == balance + refunded[card]


def pending_orders_paid_by_gift_card() -> Iterator[tuple[str, tuple[str, Decimal]]]:
    """Order id, gift card and amount."""
    for order_id, order in recorded_store()["orders"].items():
        paid = order["payment_history"][0]
        if order["status"] == "pending" and "gift_card" in paid["payment_method_id"]:
            yield order_id, (paid["payment_method_id"], Decimal(str(paid["amount"])))


def balances(store: Mapping[str, Any]) -> dict[str, Decimal]:
    """What each gift card holds, in dollars."""
    return {
        method["id"]: Decimal(str(method["balance"]))
        for user in store["users"].values()
        for method in user["payment_methods"].values()
        if method["source"] == "gift_card"
    }
