"""The one tool: pays a small amount back. Importing it needs no database."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from agents.tools.spec import ToolSpec
from schemas.strict import StrictModel

MOST_USD_CENTS: Final = 5_000
"""A refund is small up to 50.00 USD."""

OrderId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[#A-Za-z0-9_-]+$",
        description="The order, '#' included: '#W0000000'.",
    ),
]
Reason = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$",
        description="Why, in the customer's words.",
    ),
]
AmountUsdCents = Annotated[
    int, Field(ge=0, le=MOST_USD_CENTS, description="How much, in hundredths of a US dollar.")
]


class Refund(StrictModel):
    """Arguments."""

    order_id: OrderId
    amount_usd_cents: AmountUsdCents
    reason: Reason


class Paid(StrictModel):
    """What was paid back."""

    order_id: OrderId
    amount_usd_cents: AmountUsdCents
    status: Literal["paid"]


REFUND: Final = ToolSpec(
    name="refund",
    description="Pay a small amount back for an order: at most 50.00 USD for one order in all.",
    arguments=Refund,
    result=Paid,
    effect="write",
    idempotent=True,
)
TOOLS: Final = (REFUND,)
