"""The tools that write: what each locks, and what it decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select

from workflows.retail_support.records import Images
from workflows.retail_support.store import lookups, reading
from workflows.retail_support.store.log import Change
from workflows.retail_support.store.rules import delivered, pending
from workflows.retail_support.store.rules.case import Case
from workflows.retail_support.store.tables import ORDERS, USERS
from workflows.retail_support.tools.desk import ModifyUserAddress, Transfer

Rule = Callable[[Any, Case], Case]


@dataclass(frozen=True, slots=True)
class Act:
    """One writing tool. It decides and the store keeps what it decided.

    `lock` holds the customer whose records the call may touch until the transaction ends;
    `decide` gives the change to make, or raises ToolRefusal.
    """

    lock: Callable[[Connection, Any], None]
    decide: Callable[[Connection, Any], Change]


def _order_act(rule: Rule) -> Act:
    """A rule applied to one order and its customer."""

    def lock(connection: Connection, arguments: Any) -> None:
        owner = select(ORDERS.c.user_id).where(ORDERS.c.order_id == arguments.order_id)
        _hold_customer(connection, USERS.c.user_id.in_(owner))

    def decide(connection: Connection, arguments: Any) -> Change:
        before = _case(connection, arguments.order_id)
        after = rule(arguments, before)
        if before.user == after.user:
            return Change(after.order, None, _order_image(before), _order_image(after))
        return Change(after.order, None, _images(before), _images(after))

    return Act(lock, decide)


def _lock_user(connection: Connection, arguments: ModifyUserAddress) -> None:
    _hold_customer(connection, USERS.c.user_id == arguments.user_id)


def _decide_user_address(connection: Connection, arguments: ModifyUserAddress) -> Change:
    before = lookups.user(connection, arguments.user_id)
    after = before.replaced(address=pending.address_of(arguments))
    images = (Images(users={arguments.user_id: user}) for user in (before, after))
    return Change(after, None, *images)


def _hold_nobody(*_: object) -> None:
    """A transfer touches no record: its entry in the log is the hand-over."""


def _decide_transfer(*_: object) -> Change:
    return Change(Transfer(status="Transfer successful"))


ACTS: Final[Mapping[str, Act]] = {
    "cancel_pending_order": _order_act(pending.cancel),
    "exchange_delivered_order_items": _order_act(delivered.exchange_items),
    "modify_pending_order_address": _order_act(pending.modify_address),
    "modify_pending_order_items": _order_act(pending.modify_items),
    "modify_pending_order_payment": _order_act(pending.modify_payment),
    "modify_user_address": Act(_lock_user, _decide_user_address),
    "return_delivered_order_items": _order_act(delivered.return_items),
    "transfer_to_human_agents": Act(_hold_nobody, _decide_transfer),
}
"""How each writing tool acts, by tool name."""


def _hold_customer(connection: Connection, condition: ColumnElement[bool]) -> None:
    connection.execute(select(USERS.c.user_id).where(condition).with_for_update())


def _case(connection: Connection, order_id: str) -> Case:
    order = lookups.order(connection, order_id)
    user = lookups.user(connection, order.user_id)
    product_ids = {item.product_id for item in order.items}
    return Case(order, user, reading.products(connection, product_ids))


def _images(case: Case) -> Images:
    return _order_image(case).replaced(users={case.order.user_id: case.user})


def _order_image(case: Case) -> Images:
    return Images(orders={case.order.order_id: case.order})
