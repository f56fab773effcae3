"""No decision looks through a table: its work does not grow with what else there is."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from bench.gate import flows
from bench.gate.steps import Step
from streams.core.draft import Draft
from streams.core.inputs import Input
from tests.builders import MODEL, plan, result, states, workflow
from tests.unit.core.journey import Journey
from tests.unit.core.short_of_money import cap_command, command
from tests.unit.core.test_ticks import tick


class Rows(dict[str, Any]):
    """A table's rows that nobody may look through while it is closed."""

    closed: ClassVar[bool] = False

    def _open(self) -> None:
        assert not Rows.closed, "a decision looks through a whole table"

    def __iter__(self) -> Iterator[str]:
        self._open()
        return super().__iter__()

    def keys(self) -> Any:
        self._open()
        return super().keys()

    def items(self) -> Any:
        self._open()
        return super().items()

    def values(self) -> Any:
        self._open()
        return super().values()


class Watched(Journey):
    """Runs whose tables are closed to scans while a decision is made."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.fold.tables._rows = defaultdict(Rows)
        self.fold.tables._encoded = defaultdict(Rows)

    def decide(self, source: Input) -> Draft:
        Rows.closed = True
        try:
            return super().decide(source)
        finally:
            Rows.closed = False


def test_whole_runs_commands_ticks_and_corrections_read_by_key_alone() -> None:
    held = Watched()
    held.start()
    held.answer(result(held.until_call(MODEL), answer=plan("send")))
    call = held.until_call("send")
    held.now_ms = held.entry()["due_at_ms"]
    assert tick(held).rule == "timer.unheard"
    bill = {"call_id": call["call_id"], "actual_usd_micros": 1, "bill": "b"}
    assert held.take("control.commands", command(correction=bill)).rule == "control.corrected"
    switch = {"name": "look", "enabled": False}
    assert held.take("control.commands", command(switch=switch)).rule == "control.switched"
    assert held.finish()["outcome"] == "escalated"
    assert held.take("state.plan", b"odd").decision["emits"][0]["topic"] == "state.plan.dead"


def test_a_paused_run_is_found_by_key_when_a_cap_is_set() -> None:
    caps = [{"scope": "user", "window": "day", "usd_micros": 100}]
    held = Watched(workflow(ladder=[{"rung": "pause", "hours": 1}], caps=caps, states=states()))
    held.start()
    held.answer(result(held.calls.popleft()))
    assert held.entry()["phase"] == "paused"
    held.take("control.commands", cap_command(2_000_000))
    held.travel()
    assert held.entry()["phase"] == "waiting"


@pytest.mark.parametrize("state", ["plan", "execute"])
def test_a_decision_makes_as_many_function_calls_among_few_entries_as_among_many(
    state: str,
) -> None:
    few, many = (function_calls(Step(flows.with_ladder(), state, n)) for n in (10, 5_000))
    assert few == many


def function_calls(step: Step) -> int:
    """Of Python and of C, while the step is decided."""
    counted = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal counted
        counted += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        step.decide()
    finally:
        sys.setprofile(None)
    return counted
