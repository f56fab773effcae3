"""Small cases for the store's rules."""

from __future__ import annotations

from workflows.retail_support.records import (
    Address,
    Item,
    Name,
    Order,
    OrderStatus,
    Payment,
    PaymentMethod,
    Product,
    User,
    Variant,
)
from workflows.retail_support.store.rules.case import Case

PRICES_CENTS = {"shirt_s": 1_000, "shirt_m": 1_250, "shirt_sold_out": 900, "lamp_a": 5_000}
HOME = Address(address1="1 Elm St", address2="", city="X", country="USA", state="NY", zip="10001")


def product(name: str) -> Product:
    """A product with the variants whose ids begin with its name."""
    variants = {
        item_id: Variant(
            item_id=item_id,
            options={"size": item_id},
            available="sold_out" not in item_id,
            price_cents=price_cents,
        )
        for item_id, price_cents in PRICES_CENTS.items()
        if item_id.startswith(name)
    }
    return Product(name=name, product_id=name, variants=variants)


def item(item_id: str) -> Item:
    """An item sold at today's price."""
    name = item_id.partition("_")[0]
    return Item(
        name=name,
        product_id=name,
        item_id=item_id,
        price_cents=PRICES_CENTS[item_id],
        options={"size": item_id},
    )


def payment(amount_cents: int, method: str = "credit_card_1", kind: str = "payment") -> Payment:
    """One entry of a payment history."""
    return Payment.model_validate(
        {"transaction_type": kind, "amount_cents": amount_cents, "payment_method_id": method}
    )


def case(
    status: OrderStatus = "pending",
    items: tuple[str, ...] = ("shirt_s", "lamp_a"),
    payments: tuple[Payment, ...] = (payment(6_000),),
    gift_card_cents: int = 2_000,
) -> Case:
    """An order of a customer with a credit card, PayPal and two gift cards."""
    order = Order(
        order_id="#W1",
        user_id="ann",
        address=HOME,
        items=tuple(map(item, items)),
        fulfillments=(),
        status=status,
        payment_history=payments,
    )
    methods = (
        PaymentMethod(source="credit_card", id="credit_card_1", brand="visa", last_four="1111"),
        PaymentMethod(source="paypal", id="paypal_1"),
        PaymentMethod(source="gift_card", id="gift_card_1", balance_cents=gift_card_cents),
        PaymentMethod(source="gift_card", id="gift_card_2", balance_cents=0),
    )
    user = User(
        name=Name(first_name="Ann", last_name="Lee"),
        address=HOME,
        email="ann@example.com",
        payment_methods={method.id: method for method in methods},
        orders=("#W1",),
    )
    return Case(order, user, {"shirt": product("shirt"), "lamp": product("lamp")})


def balance_cents(case: Case, gift_card: str = "gift_card_1") -> int | None:
    """What a gift card holds."""
    return case.user.payment_methods[gift_card].balance_cents
