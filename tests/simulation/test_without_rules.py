"""The simulation can fail: without any one rule of the ledger some history breaks an invariant."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.campaign import run
from simulation.world import Plan
from streams.adapters.processor import Processor
from streams.adapters.timing import Timing
from streams.core import budget, gate, money, pausing, ticks
from streams.core.approvals import checks, endings
from streams.core.approvals.standing import Standing, subject_of
from streams.core.chain import Chain
from streams.core.claims import Claims
from streams.core.control import caps
from streams.core.draft import Draft
from streams.core.fold import Fold
from streams.core.inbox import Inbox
from streams.core.timers import Timers
from streams.core.writer import Writer

WITHIN = 200


def without(why: str) -> dict[str, Any]:
    return {name: check for name, check in checks.CHECKS.items() if name != why}


def granted_for_ever(standing: Standing, subject: str, _: int) -> bool:
    return any(subject_of(grant["approval_id"]) == subject for grant in standing.grants)


def set_nothing(draft: Draft, *_: Any) -> None:
    draft.rule = "control.cap_set"


Patch = tuple[Any, str, Any]
RULES: dict[str, tuple[Patch, ...]] = {
    "a block must extend the head": ((Chain, "extends", lambda *_: True),),
    "a block must land where it was expected": ((Writer, "acknowledge", lambda *_: True),),
    "an input is applied once": ((Fold, "applied", lambda *_: False),),
    "a claim without an answer is in doubt": ((Claims, "after_fold", lambda *_: []),),
    "time waits for the answers": (
        (ticks, "_all_applied", lambda *_: True),
        (Timing, "decided", lambda *_: 2**31),
    ),
    "a timer fires when it is due": ((Timers, "any_due", lambda *_: False),),
    "a late answer corrects the money": ((money, "correct", lambda *_: None),),
    "a call must fit every cap": ((budget, "first_short", lambda *_: None),),
    "the choke point knows what is forbidden": ((gate, "_forbidden", lambda *_: None),),
    "the choke point knows what is switched off": ((gate, "_disabled", lambda *_: None),),
    "a cap that an operator sets counts": ((caps, "_set", set_nothing),),
    "a run that goes on is no longer paused": ((pausing, "take_up", lambda *_: None),),
    "a call may need a person": ((gate, "_unanswered", lambda *_: None),),
    "a no stays a no": ((Standing, "said_no", lambda *_: None),),
    "a grant runs out": ((Standing, "granted", granted_for_ever),),
    "a grant is for exactly these arguments": (
        (Standing, "granted", lambda standing, *_: bool(standing.grants)),
    ),
    "an expired question is denied": (
        (endings, "_said_no", lambda asking: asking.go_on(asking.run)),
    ),
    **{
        f"a decision is refused when {why}": ((checks, "CHECKS", without(why)),)
        for why in ("late", "arguments_changed", "contract_changed", "requester", "role", "twice")
    },
}


@pytest.mark.parametrize("rule", RULES)
def test_without_a_rule_some_history_breaks_an_invariant(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner, name, off in RULES[rule]:
        monkeypatch.setattr(owner, name, off)
    assert broken(), f"{WITHIN} histories without this rule and nothing noticed"


def test_acts_from_a_block_that_is_not_accepted_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    append = Processor._append

    async def act_at_once(processor: Processor, sealed: Any) -> None:
        processor._start(sealed)
        monkeypatch.setattr(Processor, "_start", lambda *_: None)
        await append(processor, sealed)

    monkeypatch.setattr(Processor, "_append", act_at_once)
    assert broken()


def test_an_inbox_that_takes_what_lies_behind_a_gap_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def take_all(inbox: Inbox, topic: str, records: Any) -> None:
        for record in records:
            inbox._others.put(record)
            inbox.expected[topic] = record.offset + 1

    monkeypatch.setattr(Inbox, "offer", take_all)
    assert broken()


def broken() -> bool:
    return run(Plan(seed, 6) for seed in range(WITHIN)).violation is not None
