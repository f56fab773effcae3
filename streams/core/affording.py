"""The last rule of the choke point: every cap of a call has room for its worst case."""

from __future__ import annotations

from collections.abc import Sequence

from streams.core import budget
from streams.core.budget import Account
from streams.core.flow.asked import sources_of
from streams.core.slices.deciding import Wanting
from streams.core.verdicts import Admitted, Quoted, Refusal, Situation

SOON_MS = 5_000
"""How long a run waits for calls under way to give back what they hold and do not need."""


def affordable(quoted: Quoted, at: Situation) -> Admitted | Refusal | Wanting:
    """Whether every cap has room for the call's worst case."""
    name, worst = quoted.ask.name, quoted.usd_micros
    wanted = budget.accounts(at.workflow.contract.all_caps, at.who, name, at.now_ms, at.set_cap)
    short = budget.first_short(wanted, worst, at.read)
    if short is None:
        return _within_slices(quoted, at, wanted)
    left = budget.headroom(short, at.read)
    return Refusal(
        "budget",
        f"{name} may cost {worst} micro-USD and {left} are left of the "
        f"{short.cap_usd_micros} for {short.label}; a higher cap would allow it, in the "
        "contract or by `tollway control cap`",
        budget.scope_of(short.key),
        worst,
        _again_at_ms(short, worst, at),
    )


def _within_slices(
    quoted: Quoted, at: Situation, wanted: Sequence[Account]
) -> Admitted | Refusal | Wanting:
    """All other caps have room; the shared ones must have it, too."""
    worst, shared = quoted.usd_micros, at.shared(quoted.ask.name)
    lacking = [cap for cap in shared if cap.lacks(worst)]
    if not lacking:
        held = (*wanted, *(cap.held.account for cap in shared))
        sources = sources_of(quoted.ask, at)
        return Admitted(quoted.call_type, quoted.arguments, worst, held, quoted.rates, sources)
    refused = next((cap for cap in lacking if cap.refused), None)
    if refused is None:
        return Wanting(tuple(cap.held for cap in lacking), worst)
    cap = refused.held.cap
    return Refusal(
        "budget",
        f"{quoted.ask.name} may cost {worst} micro-USD and less is left of the "
        f"{refused.cap_usd_micros} for {cap.label}; a higher cap would allow it, in "
        "shared_caps.yaml or by `tollway control cap`",
        cap.scope,
        worst,
        refused.again_at_ms(at.now_ms + SOON_MS),
    )


def _again_at_ms(short: Account, amount_usd_micros: int, at: Situation) -> int:
    """Soon where calls under way hold what is missing, else when the window has passed."""
    if budget.fits_once_settled(short, amount_usd_micros, at.read):
        return at.now_ms + SOON_MS
    return budget.next_window_at_ms(short.key)
