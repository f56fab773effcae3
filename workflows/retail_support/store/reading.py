"""Rows to records. Each function reads the given ids, or everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from schemas.derive import conform
from schemas.strict import StrictModel
from workflows.retail_support.records import (
    Address,
    Item,
    Name,
    Order,
    Payment,
    PaymentMethod,
    Product,
    User,
    Variant,
)
from workflows.retail_support.store.tables import (
    ITEMS,
    ORDERS,
    PAYMENT_METHODS,
    PAYMENTS,
    PRODUCTS,
    USERS,
    VARIANTS,
)

Row = Mapping[str, Any]
Ids = Collection[str] | None


def orders(connection: Connection, order_ids: Ids = None) -> dict[str, Order]:
    """Orders by id."""
    items = _parts(connection, ITEMS, Item, ITEMS.c.order_id, order_ids)
    payments = _parts(connection, PAYMENTS, Payment, PAYMENTS.c.order_id, order_ids)
    return {
        row["order_id"]: conform(
            Order,
            {
                **_fields(row, Order),
                "address": _fields(row, Address),
                "items": items[row["order_id"]],
                "payment_history": payments[row["order_id"]],
            },
        )
        for row in _rows(connection, ORDERS, ORDERS.c.order_id, order_ids)
    }


def users(connection: Connection, user_ids: Ids = None) -> dict[str, User]:
    """Customers by id."""
    methods = _parts(
        connection, PAYMENT_METHODS, PaymentMethod, PAYMENT_METHODS.c.user_id, user_ids
    )
    theirs = _parts(connection, ORDERS, Order, ORDERS.c.user_id, user_ids)
    return {
        row["user_id"]: conform(
            User,
            {
                "name": _fields(row, Name),
                "address": _fields(row, Address),
                "email": row["email"],
                "payment_methods": _keyed(methods[row["user_id"]], "id"),
                "orders": [order["order_id"] for order in theirs[row["user_id"]]],
            },
        )
        for row in _rows(connection, USERS, USERS.c.user_id, user_ids)
    }


def products(connection: Connection, product_ids: Ids = None) -> dict[str, Product]:
    """Products by id."""
    variants = _parts(connection, VARIANTS, Variant, VARIANTS.c.product_id, product_ids)
    return {
        row["product_id"]: conform(
            Product,
            {**_fields(row, Product), "variants": _keyed(variants[row["product_id"]], "item_id")},
        )
        for row in _rows(connection, PRODUCTS, PRODUCTS.c.product_id, product_ids)
    }


def _rows(connection: Connection, table: Table, key: Column[Any], ids: Ids) -> list[Row]:
    query = select(table) if ids is None else select(table).where(key.in_(ids))
    return [row._asdict() for row in connection.execute(query)]


def _parts(
    connection: Connection, table: Table, model: type[StrictModel], owner: Column[Any], ids: Ids
) -> dict[str, list[Row]]:
    """Rows of a table by the id of what they are part of, in their order."""
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(_rows(connection, table, owner, ids), key=lambda row: row["position"]):
        parts[row[owner.name]].append(_fields(row, model))
    return parts


def _fields(row: Row, model: type[StrictModel]) -> dict[str, Any]:
    return {name: row[name] for name in model.model_fields if name in row}


def _keyed(rows: list[Row], key: str) -> dict[str, Row]:
    return {row[key]: row for row in rows}
