"""The tool at work. Only a tool pool opens this."""

from __future__ import annotations

from collections.abc import Mapping

from agents.tools.spec import CallContext, Toolbox
from schemas.errors import NonConforming
from schemas.strict import StrictModel
from workflows.small_refund.till import Till, open_till
from workflows.small_refund.tools import REFUND, Paid, Refund


class RefundToolbox:
    """Pays back from the till."""

    def __init__(self, till: Till) -> None:
        self._till = till

    def perform(self, tool: str, arguments: StrictModel, context: CallContext) -> StrictModel:
        """Pay once for each idempotency key. Raises ToolRefusal in the till's words."""
        if tool != REFUND.name or not isinstance(arguments, Refund):
            raise NonConforming("tool", f"{tool} is unknown; known is {REFUND.name}")
        self._till.pay(arguments, context)
        return Paid(
            order_id=arguments.order_id,
            amount_usd_cents=arguments.amount_usd_cents,
            status="paid",
        )

    def close(self) -> None:
        """Let go of the till."""
        self._till.close()


def open_toolbox(settings: Mapping[str, str]) -> Toolbox:
    """The toolbox on the store at `settings["store_url"]`. Raises SettingError."""
    return RefundToolbox(open_till(settings))
