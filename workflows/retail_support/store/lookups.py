"""The tools that only read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from schemas.strict import StrictModel
from workflows.retail_support.records import Order, Product, User
from workflows.retail_support.store import reading
from workflows.retail_support.store.rules.calculate import calculate
from workflows.retail_support.store.rules.case import refusal
from workflows.retail_support.store.tables import PRODUCTS, USERS
from workflows.retail_support.tools import desk, lookups


def order(connection: Connection, order_id: str) -> Order:
    """The order. Raises ToolRefusal when there is none."""
    found = reading.orders(connection, [order_id])
    if not found:
        raise refusal("order not found")
    return found[order_id]


def user(connection: Connection, user_id: str) -> User:
    """The customer. Raises ToolRefusal when there is none."""
    found = reading.users(connection, [user_id])
    if not found:
        raise refusal("user not found")
    return found[user_id]


def product(connection: Connection, product_id: str) -> Product:
    """The product. Raises ToolRefusal when there is none."""
    found = reading.products(connection, [product_id])
    if not found:
        raise refusal("product not found")
    return found[product_id]


def by_email(connection: Connection, arguments: lookups.FindUserIdByEmail) -> lookups.FoundUser:
    """Email addresses are compared without regard to case."""
    return _first_user(connection, func.lower(USERS.c.email) == arguments.email.lower())


def by_name_zip(
    connection: Connection, arguments: lookups.FindUserIdByNameZip
) -> lookups.FoundUser:
    """Names are compared without regard to case."""
    return _first_user(
        connection,
        func.lower(USERS.c.first_name) == arguments.first_name.lower(),
        func.lower(USERS.c.last_name) == arguments.last_name.lower(),
        USERS.c.zip == arguments.zip,
    )


def product_types(connection: Connection) -> lookups.ProductTypes:
    """Every product id by name, sorted by name."""
    rows = connection.execute(select(PRODUCTS.c.name, PRODUCTS.c.product_id))
    product_ids = {row.name: row.product_id for row in rows}
    return lookups.ProductTypes(product_ids=dict(sorted(product_ids.items())))


def _first_user(connection: Connection, *conditions: ColumnElement[bool]) -> lookups.FoundUser:
    query = select(USERS.c.user_id).where(*conditions).order_by(USERS.c.user_id).limit(1)
    user_id = connection.execute(query).scalar_one_or_none()
    if user_id is None:
        raise refusal("user not found")
    return lookups.FoundUser(user_id=user_id)


READS: Final[Mapping[str, Callable[[Connection, Any], StrictModel]]] = {
    "calculate": lambda _, arguments: desk.Calculation(value=calculate(arguments.expression)),
    "find_user_id_by_email": by_email,
    "find_user_id_by_name_zip": by_name_zip,
    "get_order_details": lambda connection, arguments: order(connection, arguments.order_id),
    "get_product_details": lambda connection, arguments: product(connection, arguments.product_id),
    "get_user_details": lambda connection, arguments: user(connection, arguments.user_id),
    "list_all_product_types": lambda connection, _: product_types(connection),
}
"""How each reading tool answers, by tool name."""
