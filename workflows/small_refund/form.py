"""The typed request: an order, an amount in dollars, and a reason, as one JSON object."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from agents.runs.forms import Form, FormStep
from schemas.strict import StrictModel
from workflows.small_refund.tools import MOST_USD_CENTS, OrderId, Reason

CENT: Final = Decimal("0.01")
MOST_USD: Final = MOST_USD_CENTS * CENT


def _exact(value: Any) -> Decimal:
    """A number of dollars in whole cents, 0 to 50. Raises ValueError, saying what came."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("must be a number such as 12.5, without quotes")  # noqa: TRY004  pydantic's
    amount = Decimal(value)
    if not amount.is_finite():
        raise ValueError(f"must be a number; {amount} is none")
    if not 0 <= amount <= MOST_USD:
        raise ValueError(f"must be 0 to {MOST_USD}; a larger refund is for a person")
    if amount.quantize(CENT) != amount:
        raise ValueError("must be in whole cents: at most two decimals")
    return amount


class RefundRequest(StrictModel):
    """What a customer asks for."""

    order_id: OrderId
    amount_usd: Annotated[Decimal, BeforeValidator(_exact)] = Field(
        description="How much, in US dollars, 0 to 50: 12.5."
    )
    reason: Reason

    @property
    def amount_usd_cents(self) -> int:
        """The amount in whole cents, as the tools count money."""
        return int(self.amount_usd / CENT)


def plan(request: RefundRequest) -> tuple[FormStep, ...]:
    """The one step that carries the request out."""
    arguments = {
        "order_id": request.order_id,
        "amount_usd_cents": request.amount_usd_cents,
        "reason": request.reason,
    }
    return (("refund", arguments),)


FORM: Final = Form(RefundRequest, plan)
