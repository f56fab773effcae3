"""The till's table."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, MetaData, String, Table

REFUNDS: Final = Table(
    "small_refunds",
    MetaData(),
    Column("idempotency_key", String, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("run_id", String, nullable=False, index=True),
    Column("order_id", String, nullable=False),
    Column("amount_usd_cents", BigInteger, nullable=False),
    Column("reason", String, nullable=False),
)
