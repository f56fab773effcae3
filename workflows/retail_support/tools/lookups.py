"""Reads: find a customer, and look at customers, orders and products."""

from __future__ import annotations

from pydantic import Field

from agents.tools.spec import ToolSpec
from schemas.strict import StrictModel
from workflows.retail_support.records import Order, Plain, Product, User
from workflows.retail_support.tools.fields import OrderId, ProductId, Text, UserId, Zip


class FindUserIdByEmail(StrictModel):
    """Arguments."""

    email: Text = Field(description="The customer's email, such as 'something@example.com'.")


class FindUserIdByNameZip(StrictModel):
    """Arguments."""

    first_name: Text = Field(description="First name, such as 'John'.")
    last_name: Text = Field(description="Last name, such as 'Doe'.")
    zip: Zip


class GetOrderDetails(StrictModel):
    """Arguments."""

    order_id: OrderId


class GetProductDetails(StrictModel):
    """Arguments."""

    product_id: ProductId


class GetUserDetails(StrictModel):
    """Arguments."""

    user_id: UserId


class ListAllProductTypes(StrictModel):
    """Arguments: none."""


class FoundUser(Plain):
    """The id of the customer who was looked for."""

    user_id: str


class ProductTypes(Plain):
    """Product ids by product name, sorted by name."""

    product_ids: dict[str, str]


FIND_USER_ID_BY_EMAIL = ToolSpec(
    name="find_user_id_by_email",
    description="Find a customer's id by email. Refuses when there is no such customer.",
    arguments=FindUserIdByEmail,
    result=FoundUser,
    effect="read",
    idempotent=False,
)
FIND_USER_ID_BY_NAME_ZIP = ToolSpec(
    name="find_user_id_by_name_zip",
    description="Find a customer's id by first name, last name and zip code. Refuses when there "
    "is no such customer. Only for customers whose email is unknown or finds nobody.",
    arguments=FindUserIdByNameZip,
    result=FoundUser,
    effect="read",
    idempotent=False,
)
GET_ORDER_DETAILS = ToolSpec(
    name="get_order_details",
    description="The status and details of an order.",
    arguments=GetOrderDetails,
    result=Order,
    effect="read",
    idempotent=False,
)
GET_PRODUCT_DETAILS = ToolSpec(
    name="get_product_details",
    description="A product type with its items: options, price and whether each is available.",
    arguments=GetProductDetails,
    result=Product,
    effect="read",
    idempotent=False,
)
GET_USER_DETAILS = ToolSpec(
    name="get_user_details",
    description="A customer's details, with payment methods and order ids.",
    arguments=GetUserDetails,
    result=User,
    effect="read",
    idempotent=False,
)
LIST_ALL_PRODUCT_TYPES = ToolSpec(
    name="list_all_product_types",
    description="Name and product id of each of the store's 50 product types. Each has several "
    "items with ids and options of their own.",
    arguments=ListAllProductTypes,
    result=ProductTypes,
    effect="read",
    idempotent=False,
)
