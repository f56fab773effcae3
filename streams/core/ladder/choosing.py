"""Which rung comes next: a pure function of contract, quote and headroom.

A rung is taken when the fullest cap of the call would be at least as full as the rung says, or
when the call does not fit. It stays taken: a retry asks for the same call. The model is told
nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core import budget
from streams.core.hashing import content_hash
from streams.core.ladder.applied import after
from streams.core.ladder.rungs import AT_THE_CAP, Rung
from streams.core.verdicts import Admitted, Refusal, Situation, Verdict

if TYPE_CHECKING:
    from streams.core.states import Ask

BUDGET = "budget"
"""Rule of the gate that refuses for want of money."""


def next_rung(ask: Ask, verdict: Verdict, at: Situation) -> Rung | None:
    """The first rung of the state's ladder that this verdict calls for; None for none."""
    ladder = at.workflow.contract.ladder_of(at.state)
    if not ladder or not _about_money(verdict):
        return None
    full = fullness_percent(verdict, at)
    return next((rung for rung in ladder if _applies(rung, ask, full, at)), None)


def fullness_percent(verdict: Verdict, at: Situation) -> int:
    """How full the fullest cap would be with the call; `AT_THE_CAP` only when it does not fit.

    How full a shared cap is, only its giver knows: it counts when it refuses.
    """
    if not isinstance(verdict, Admitted):
        return AT_THE_CAP
    amount = verdict.worst_case_usd_micros
    own = [account for account in verdict.accounts if not account.shared]
    return min(budget.fullness_percent(own, amount, at.read), AT_THE_CAP - 1)


def subject_of(rung: Rung, at: Situation) -> str:
    """What the question is about: this run's going on below this rung, under this contract."""
    version = at.workflow.versions["contract"]
    return content_hash("\0".join((at.who.run_id, rung.label(at.state), version)).encode())


def _about_money(verdict: Verdict) -> bool:
    return isinstance(verdict, Admitted) or (
        isinstance(verdict, Refusal) and verdict.rule == BUDGET
    )


def _applies(rung: Rung, ask: Ask, full: int, at: Situation) -> bool:
    if rung.at_percent > full:
        return False
    if rung.rung == "ask":
        return full < AT_THE_CAP and not at.standing.granted(subject_of(rung, at), at.now_ms)
    if rung.rung == "pause":
        return full == AT_THE_CAP and at.may_pause
    if rung.rung == "finish":
        return full == AT_THE_CAP and rung.label(at.state) not in at.rungs
    policy = at.policy
    changes = after(policy, rung) is not policy
    return changes and (rung.rung != "skip_optional" or ask.name in policy.optional)
