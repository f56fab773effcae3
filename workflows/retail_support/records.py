"""The store's records. Money is integer cents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.strict import StrictModel

Cents = Annotated[int, Field(ge=-(10**12), le=10**12)]
"""Money: hundredths of a US dollar."""
OrderStatus = Literal[
    "pending",
    "pending (item modified)",
    "processed",
    "delivered",
    "cancelled",
    "return requested",
    "exchange requested",
]
CancelReason = Literal["no longer needed", "ordered by mistake"]
PaymentSource = Literal["gift_card", "paypal", "credit_card"]
TransactionType = Literal["payment", "refund"]


class Address(StrictModel):
    """A postal address."""

    address1: str
    address2: str
    city: str
    country: str
    state: str
    zip: str


class Item(StrictModel):
    """One piece in an order, at the price it was sold for."""

    name: str
    product_id: str
    item_id: str
    price_cents: Cents
    options: dict[str, str]


class Fulfillment(StrictModel):
    """One shipment."""

    tracking_id: tuple[str, ...]
    item_ids: tuple[str, ...]


class Payment(StrictModel):
    """One movement of money, always positive; the type says which way."""

    transaction_type: TransactionType
    amount_cents: Cents
    payment_method_id: str


class Order(StrictModel):
    """An order as it now stands. What follows `payment_history` appears once it applies."""

    order_id: str
    user_id: str
    address: Address
    items: tuple[Item, ...]
    fulfillments: tuple[Fulfillment, ...]
    status: OrderStatus
    payment_history: tuple[Payment, ...]
    cancel_reason: CancelReason | None = None
    return_items: tuple[str, ...] | None = None
    return_payment_method_id: str | None = None
    exchange_items: tuple[str, ...] | None = None
    exchange_new_items: tuple[str, ...] | None = None
    exchange_payment_method_id: str | None = None
    exchange_price_difference_cents: Cents | None = None


class Name(StrictModel):
    """A customer's name."""

    first_name: str
    last_name: str


class PaymentMethod(StrictModel):
    """How a customer pays. Only a gift card has a balance, only a credit card a brand."""

    source: PaymentSource
    id: str
    brand: str | None = None
    last_four: str | None = None
    balance_cents: Cents | None = None


class User(StrictModel):
    """A customer. Known by an id that is not part of the record."""

    name: Name
    address: Address
    email: str
    payment_methods: dict[str, PaymentMethod]
    orders: tuple[str, ...]


class Variant(StrictModel):
    """One sellable item of a product."""

    item_id: str
    options: dict[str, str]
    available: bool
    price_cents: Cents


class Product(StrictModel):
    """A product type with its variants by item id."""

    name: str
    product_id: str
    variants: dict[str, Variant]


class Images(StrictModel):
    """Whole records by id, as they stood at one moment."""

    orders: dict[str, Order] = Field(default_factory=dict)
    users: dict[str, User] = Field(default_factory=dict)


class Plain(StrictModel):
    """A result that is recorded as the value of its only field."""
