"""The store's tables. Columns bear the names of the fields that they hold."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    func,
)

METADATA = MetaData()
_ADDRESS = ("address1", "address2", "city", "country", "state", "zip")


def _text(*names: str, optional: bool = False) -> list[Column[Any]]:
    return [Column(name, String, nullable=optional) for name in names]


def _json(*names: str, optional: bool = False) -> list[Column[Any]]:
    return [Column(name, JSON(none_as_null=True), nullable=optional) for name in names]


def _cents(name: str, *, optional: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=optional)


def _part_of(owner: str) -> Column[str]:
    return Column(owner.rpartition(".")[2], String, ForeignKey(owner), primary_key=True)


USERS = Table(
    "users",
    METADATA,
    Column("user_id", String, primary_key=True),
    *_text("first_name", "last_name", *_ADDRESS, "email"),
)
Index("users_by_email", func.lower(USERS.c.email))

PAYMENT_METHODS = Table(
    "payment_methods",
    METADATA,
    _part_of("users.user_id"),
    Column("id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    *_text("source"),
    *_text("brand", "last_four", optional=True),
    _cents("balance_cents", optional=True),
)

PRODUCTS = Table(
    "products", METADATA, Column("product_id", String, primary_key=True), *_text("name")
)

VARIANTS = Table(
    "variants",
    METADATA,
    _part_of("products.product_id"),
    Column("item_id", String, primary_key=True),
    Column("position", Integer, nullable=False),
    *_json("options"),
    Column("available", Boolean, nullable=False),
    _cents("price_cents"),
)

ORDERS = Table(
    "orders",
    METADATA,
    Column("order_id", String, primary_key=True),
    Column("user_id", String, ForeignKey("users.user_id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),  # among the customer's orders
    *_text(*_ADDRESS, "status"),
    *_json("fulfillments"),
    *_text("cancel_reason", "return_payment_method_id", optional=True),
    *_text("exchange_payment_method_id", optional=True),
    *_json("return_items", "exchange_items", "exchange_new_items", optional=True),
    _cents("exchange_price_difference_cents", optional=True),
)

ITEMS = Table(
    "order_items",
    METADATA,
    _part_of("orders.order_id"),
    Column("position", Integer, primary_key=True),
    *_text("name", "product_id", "item_id"),
    _cents("price_cents"),
    *_json("options"),
)

PAYMENTS = Table(
    "payments",
    METADATA,
    _part_of("orders.order_id"),
    Column("position", Integer, primary_key=True),
    *_text("transaction_type"),
    _cents("amount_cents"),
    *_text("payment_method_id"),
)

WRITES = Table(
    "writes",
    METADATA,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("idempotency_key", String, nullable=False, unique=True),
    *_text("tool"),
    *_json("arguments"),
    Column("run_id", String, nullable=False, index=True),
    *_text("call_id"),
    *_json("result", optional=True),  # either a result or an error
    *_text("error", optional=True),
    *_json("before", "after"),
)
