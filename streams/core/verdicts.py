"""What the choke point is given and what it says: a call's situation, and the verdict on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core.approvals.questions import Question
from streams.core.approvals.standing import NOTHING_ASKED, Standing
from streams.core.budget import Account, ReadCap, ReadEntry, Spender, as_contracted
from streams.core.disabled import ReadDisabled, nothing_disabled
from streams.core.ladder.applied import policy_of
from streams.core.prices import Rates
from streams.core.slices.deciding import ReadShared, Wanting, nothing_shared
from streams.core.state_policy import StatePolicy

if TYPE_CHECKING:
    from streams.core.states import Ask
    from streams.core.workflow import CallType, Workflow


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call may not happen. `rule` is the name of the rule.

    For want of money it has the scope of the cap, the worst case that did not fit, and when there
    may be room again; 0 for never.
    """

    rule: str
    reason: str
    scope: str = ""
    usd_micros: int = 0
    again_at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Admitted:
    """A call that may happen: encoded, quoted, and the accounts it is held against.

    It is settled at `rates`; without any, at its worst case.
    """

    call_type: CallType
    arguments: bytes
    worst_case_usd_micros: int
    accounts: tuple[Account, ...]
    rates: Rates = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each argument comes from, by JSON pointer."""


Verdict = Admitted | Refusal | Question | Wanting


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a call is asked for, and how to read what the workspace has spent, set and disabled."""

    workflow: Workflow
    state: str
    who: Spender
    now_ms: int
    read: ReadEntry
    disabled: ReadDisabled = nothing_disabled
    set_cap: ReadCap = as_contracted
    standing: Standing = NOTHING_ASKED
    rungs: Sequence[str] = ()
    may_pause: bool = False
    shared: ReadShared = nothing_shared
    path: str = ""

    @property
    def policy(self) -> StatePolicy:
        """The contract's policy for this state, as the rungs that were taken leave it."""
        return policy_of(self.workflow.contract, self.state, self.rungs, self.path)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A call that may be asked for, encoded, its worst case in micro-USD, and its rates."""

    ask: Ask
    call_type: CallType
    arguments: bytes
    usd_micros: int = 0
    rates: Rates = field(default_factory=dict)
