"""Records to rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, insert, update

from schemas.strict import StrictModel
from workflows.retail_support.records import Images, Order, Product, User
from workflows.retail_support.store.tables import (
    ITEMS,
    ORDERS,
    PAYMENT_METHODS,
    PAYMENTS,
    PRODUCTS,
    USERS,
    VARIANTS,
)

Row = dict[str, Any]


def save(connection: Connection, images: Images) -> None:
    """Make the store's orders and customers equal `images`; both exist already."""
    for order in images.orders.values():
        _replace(connection, ORDERS.c.order_id, order.order_id, _order_row(order))
        _refill(connection, ITEMS.c.order_id, order.order_id, _item_rows(order))
        _refill(connection, PAYMENTS.c.order_id, order.order_id, _payment_rows(order))
    for user_id, user in images.users.items():
        _replace(connection, USERS.c.user_id, user_id, _user_row(user))
        methods = _method_rows(user_id, user)
        _refill(connection, PAYMENT_METHODS.c.user_id, user_id, methods)


def add_users(connection: Connection, users: Mapping[str, User]) -> None:
    """Insert new customers; their orders come with `add_orders`."""
    _insert(connection, USERS, ({"user_id": key} | _user_row(u) for key, u in users.items()))
    methods = (row for user_id, user in users.items() for row in _method_rows(user_id, user))
    _insert(connection, PAYMENT_METHODS, methods)


def add_orders(connection: Connection, orders: Iterable[Order], users: Mapping[str, User]) -> None:
    """Insert new orders at the places that their customers' lists give them."""
    orders = list(orders)
    place = {order_id: n for user in users.values() for n, order_id in enumerate(user.orders)}
    _insert(connection, ORDERS, (_order_row(o) | {"position": place[o.order_id]} for o in orders))
    _insert(connection, ITEMS, (row for order in orders for row in _item_rows(order)))
    _insert(connection, PAYMENTS, (row for order in orders for row in _payment_rows(order)))


def add_products(connection: Connection, products: Iterable[Product]) -> None:
    """Insert new products."""
    products = list(products)
    _insert(connection, PRODUCTS, ({"product_id": p.product_id, "name": p.name} for p in products))
    _insert(connection, VARIANTS, (row for product in products for row in _variant_rows(product)))


def _order_row(order: Order) -> Row:
    row = order.model_dump(mode="json", exclude={"address", "items", "payment_history"})
    return row | order.address.model_dump()


def _user_row(user: User) -> Row:
    return user.name.model_dump() | user.address.model_dump() | {"email": user.email}


def _item_rows(order: Order) -> list[Row]:
    return _numbered(order.items, order_id=order.order_id)


def _payment_rows(order: Order) -> list[Row]:
    return _numbered(order.payment_history, order_id=order.order_id)


def _method_rows(user_id: str, user: User) -> list[Row]:
    return _numbered(user.payment_methods.values(), user_id=user_id)


def _variant_rows(product: Product) -> list[Row]:
    return _numbered(product.variants.values(), product_id=product.product_id)


def _numbered(parts: Iterable[StrictModel], **owner: str) -> list[Row]:
    return [{**owner, "position": n, **part.model_dump()} for n, part in enumerate(parts)]


def _insert(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    if rows := list(rows):
        connection.execute(insert(table), rows)


def _replace(connection: Connection, key: Column[Any], value: str, row: Row) -> None:
    connection.execute(update(key.table).where(key == value).values(row))


def _refill(connection: Connection, owner: Column[Any], value: str, rows: list[Row]) -> None:
    connection.execute(delete(owner.table).where(owner == value))
    _insert(connection, owner.table, rows)
