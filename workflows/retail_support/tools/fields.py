"""Argument types that several tools share. Bounds keep out what no store could hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.strict import StrictModel

Identifier = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[#A-Za-z0-9_-]+$")]
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Text = Annotated[Line, Field(min_length=1)]

OrderId = Annotated[Identifier, Field(description="The order, '#' included: '#W0000000'.")]
UserId = Annotated[Identifier, Field(description="The customer, such as 'sara_doe_496'.")]
ProductId = Annotated[
    Identifier,
    Field(description="The product type, such as '6086499569'. An item id is something else."),
]
ItemIds = Annotated[
    tuple[Identifier, ...],
    Field(
        min_length=1,
        max_length=100,
        description="Items in the order, such as '1008292230'; once for each piece.",
    ),
]
NewItemIds = Annotated[
    tuple[Identifier, ...],
    Field(
        min_length=1,
        max_length=100,
        description="Their replacements: each of the same product as the item at the same place.",
    ),
]
PaymentMethodId = Annotated[
    Identifier,
    Field(
        description="The customer's payment method that pays or is refunded, such as "
        "'gift_card_0000000' or 'credit_card_0000000'; the customer's or order's details hold it."
    ),
]
Zip = Annotated[Text, Field(description="The zip code, such as '12345'.")]


class AddressLines(StrictModel):
    """A whole postal address; it replaces the old one."""

    address1: Text = Field(description="First line, such as '123 Main St'.")
    address2: Line = Field(description="Second line, such as 'Apt 1', or ''.")
    city: Text = Field(description="The city, such as 'San Francisco'.")
    state: Text = Field(description="The state, such as 'CA'.")
    country: Text = Field(description="The country, such as 'USA'.")
    zip: Zip
