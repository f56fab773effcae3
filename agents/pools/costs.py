"""What a call has cost, by the rates that it was quoted at and carries: the book may change."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from streams.core.prices import Rates, Usage, cost_usd_micros
from streams.core.tool_prices import seconds_usd_micros

if TYPE_CHECKING:
    from schemas.records import Call

log = logging.getLogger(__name__)
NOT_KNOWN = Usage(0, 0)


def as_quoted(call: Call, took_ms: int) -> int:
    """The price of a tool or retriever: for its time, if it is priced so, else what is reserved.

    Never above the reservation, since the pool ends an act at its limit.
    """
    per_second, reserved = call["rates"].get("second"), call["reserved_usd_micros"]
    return (
        reserved if per_second is None else min(reserved, seconds_usd_micros(per_second, took_ms))
    )


def of_usage(call: Call, rates: Rates, used: Usage | None) -> tuple[int, Usage]:
    """The price of what a model used. What cannot be known is settled at the reservation."""
    if used is not None and used.sound:
        return cost_usd_micros(call["rates"] or rates, used), used
    named = (call["call_id"], call["name"], used)
    log.warning("call %s of %s is settled at its reservation: its usage is %s", *named)
    return call["reserved_usd_micros"], NOT_KNOWN
