"""What a bill says that a call cost, in place of what it was settled at unheard of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core import overdue

if TYPE_CHECKING:
    from schemas.records import ControlCommand
    from streams.core.draft import Draft

CORRECTED, NOT_CORRECTABLE = "control.corrected", "control.not_correctable"
"""Rules of the two answers."""


def correct(draft: Draft, command: ControlCommand, now_ms: int) -> None:
    """The accounts are put right, once for a call whose cost nobody knew; no run changes."""
    said = command["correction"]
    assert said is not None  # noqa: S101  the handler of this kind
    call_id, actual = said["call_id"], said["actual_usd_micros"]
    draft.run_id = call_id.split(".")[0]
    done = overdue.correct_by_bill(draft, command["workspace"], call_id, actual, now_ms)
    draft.rule = CORRECTED if done else NOT_CORRECTABLE
    told = f"bill {said['bill']}, by {command['who']}: {command['why']}"
    known = "" if done else "; its cost is known, or it is remembered no more"
    draft.reason = f"{about(call_id, actual)} by {told}{known}"


def about(call_id: str, actual_usd_micros: int) -> str:
    """How the reason of both answers begins."""
    return f"call {call_id} cost {actual_usd_micros} micro-USD"
