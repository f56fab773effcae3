"""Pays once for each idempotency key, and no more than a small amount for one order in all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from agents.tools.database import connect, lock
from agents.tools.spec import CallContext
from schemas.errors import SettingError, ToolRefusal
from workflows.small_refund.till.database import REFUNDS
from workflows.small_refund.tools import MOST_USD_CENTS, Refund


class Till:
    """Shared by any number of threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pay(self, refund: Refund, context: CallContext) -> None:
        """Pay, unless it was paid under this key. Raises ToolRefusal when it is too much."""
        with self._engine.begin() as connection:
            lock(connection, REFUNDS)
            if not _paid_before(connection, refund, context):
                _small_in_all(connection, refund, context)
                connection.execute(insert(REFUNDS).values(_row(refund, context)))

    def of_run(self, run_id: str) -> list[dict[str, Any]]:
        """What a run has paid back."""
        query = (
            select(REFUNDS).where(REFUNDS.c.run_id == run_id).order_by(REFUNDS.c.idempotency_key)
        )
        with self._engine.begin() as connection:
            rows = connection.execute(query).mappings().all()
        return [{str(name): value for name, value in row.items()} for row in rows]

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()


def open_till(settings: Mapping[str, str]) -> Till:
    """The till in the store at `settings["store_url"]`. Raises SettingError."""
    if "store_url" not in settings:
        raise SettingError("store_url: missing; give a database URL such as sqlite:///store.db")
    return Till(connect(settings["store_url"], REFUNDS))


def _paid_before(connection: Connection, refund: Refund, context: CallContext) -> bool:
    query = select(REFUNDS).where(REFUNDS.c.idempotency_key == context.idempotency_key)
    row = connection.execute(query).mappings().one_or_none()
    if row is not None and dict(row) != _row(refund, context):
        raise ToolRefusal("this idempotency key was used for another refund; use a new one")
    return row is not None


def _small_in_all(connection: Connection, refund: Refund, context: CallContext) -> None:
    """Several small refunds of one order are one large one."""
    total = func.coalesce(func.sum(REFUNDS.c.amount_usd_cents), 0)
    query = select(total).where(
        REFUNDS.c.workspace == context.workspace, REFUNDS.c.order_id == refund.order_id
    )
    paid = int(connection.execute(query).scalar_one())
    if paid + refund.amount_usd_cents > MOST_USD_CENTS:
        raise ToolRefusal(
            f"order {refund.order_id} was paid back {paid} cents before; with this refund it "
            f"would be more than {MOST_USD_CENTS}"
        )


def _row(refund: Refund, context: CallContext) -> dict[str, Any]:
    return {
        "idempotency_key": context.idempotency_key,
        "workspace": context.workspace,
        "run_id": context.run_id,
        **refund.model_dump(),
    }
