"""A cap that workspaces share: runs wait for slices, fit in them, and are refused at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from streams.core import tables
from streams.core.control.commands import COMMANDS
from streams.core.slices.caps import SharedCap, SharedCaps
from streams.core.slices.messages import ARRIVED, SENT
from streams.core.ticks import TICKS
from tests.builders import CODEC, NOON_MS, delivered, result, workflow
from tests.unit.core.journey import Journey
from tests.unit.core.short_of_money import command

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

WORKSPACES = ("acme", "bolt", "core", "dune")
DAY_MS = 86_400_000
ROOMY = 10_000_000


def at_full_price(call: Call) -> CallResult:
    return result(call, cost_usd_micros=call["reserved_usd_micros"])


class Together(Journey):
    """Runs of several workspaces; the gateway's part is played by the same partition."""

    def __init__(self, usd_micros: int, **changes: Any) -> None:
        cap: dict[str, Any] = {"name": "group", "scope": "organization", "window": "day"}
        shared = SharedCap(**{**cap, "usd_micros": usd_micros, **changes})
        super().__init__(replace(workflow(), shared_caps=SharedCaps(caps=(shared,))))

    def _keep(self, topic: str, value: bytes, index: int) -> None:
        super()._keep(topic, value, index)
        if topic == SENT:
            self._travelling.append(delivered(ARRIVED, self._next(ARRIVED), value))

    def run(self, number: int, workspace: str) -> str:
        """One run to its end; returns how it ended."""
        before = len(self.outcomes)
        self.start(event_id=f"e-{number}", workspace=workspace)
        self.finish(at_full_price)
        (ended,) = self.outcomes[before:]
        return ended["outcome"]

    def spent(self) -> int:
        entries = self.budget().items()
        return sum(one["spent_usd_micros"] for key, one in entries if "|organization|" in key)

    def tick(self, table: str) -> str:
        """The earliest timer of a table fires; returns the rule that decided."""
        due = [(entry["due_at_ms"], key) for key, entry in self.fold.tables.items(table)]
        self.now_ms, key = min(due)
        workspace, row = key.split("|", 1)
        record = {"workspace": workspace, "run_id": "", "due_at_ms": self.now_ms, "sent_by": "w"}
        through = {"results_through": 0, "decisions_through": 0}
        draft = self.take(
            TICKS, CODEC.encode("tick", {**record, **through, "table": table, "row": row})
        )
        self.travel()
        return draft.rule


def test_a_run_waits_for_its_slice_with_that_reason_and_goes_on_when_it_arrives() -> None:
    together = Together(ROOMY)
    together.start()
    asked = next(draft for draft in together.drafts if draft.rule == "retrieval.waits_for_slice")
    assert asked.reason == (
        "waits for a larger slice of organization group per day, for 50 micro-USD"
    )
    assert together.calls[0]["kind"] == "retrieval"
    together.finish()
    assert len(together.outcomes) == 1


def test_a_slice_serves_further_runs_without_asking() -> None:
    together = Together(ROOMY)
    together.run(1, "acme")
    asked = len(together.emitted[SENT])
    together.run(2, "acme")
    assert len(together.emitted[SENT]) == asked


def test_workspaces_together_use_nearly_all_of_the_cap_and_never_more() -> None:
    probe = Together(ROOMY)
    probe.run(1, "acme")
    of_one_run = probe.spent()
    together = Together(40 * of_one_run)
    for number in range(60):
        together.run(number, WORKSPACES[number % 4])
        assert together.spent() <= 40 * of_one_run
    assert together.spent() >= 0.95 * 40 * of_one_run


def test_a_refusal_names_the_shared_cap() -> None:
    together = Together(49)
    assert together.run(1, "acme") != "resolved"
    reasons = [draft.reason for draft in together.drafts]
    assert any(
        "shelf may cost 50 micro-USD and less is left of the 49 for organization group per day"
        in reason
        for reason in reasons
    )


def test_what_another_holder_does_not_need_is_given_back_before_anybody_is_refused() -> None:
    together = Together(400)
    together.start(event_id="e-1", workspace="acme")
    call = together.calls.popleft()
    together.answer(result(call, "failed", cost_usd_micros=0))
    held = together.fold.tables.get(tables.SLICES, "acme|group|day|2026-01-05")
    assert held["granted_usd_micros"] - held["returned_usd_micros"] > 0
    for number in range(2, 9):
        together.start(event_id=f"e-{number}", workspace="bolt")
    assert sum(call["workspace"] == "bolt" for call in together.calls) == 7


def test_only_calls_that_a_vendor_cap_names_are_counted() -> None:
    together = Together(ROOMY, scope="vendor", calls=("look",))
    together.run(1, "acme")
    counted = {key for key in together.budget() if "|vendor|" in key}
    assert counted == {"acme|vendor|group|day|2026-01-05"}
    assert together.budget()[counted.pop()]["spent_usd_micros"] == 20


def test_workspaces_that_a_cap_does_not_name_do_not_ask() -> None:
    together = Together(1, workspaces=("bolt",))
    together.run(1, "acme")
    assert together.emitted[SENT] == []


def test_an_idle_slice_goes_back_and_a_window_that_is_over_is_closed() -> None:
    together = Together(ROOMY)
    together.run(1, "acme")
    assert together.tick(tables.SLICES) == "timer.slice_looked"
    assert together.tick(tables.SLICES) == "timer.slice_idle"
    line = together.fold.tables.get(tables.HOLDINGS, "@group|acme|day|2026-01-05")
    assert line["granted_usd_micros"] - line["returned_usd_micros"] == together.spent()
    assert together.tick(tables.SLICES) == "timer.slice_closed"
    shared = together.fold.tables.get(tables.SHARED, "@group|day|2026-01-05")
    assert (shared["open_usd_micros"], shared["held_usd_micros"]) == (0, together.spent())
    assert together.tick(tables.SLICES) == "timer.slice_dropped"
    assert together.now_ms == NOON_MS - DAY_MS // 2 + 2 * DAY_MS


def test_what_calls_still_hold_at_the_end_of_a_window_counts_in_the_next() -> None:
    together = Together(1_000)
    together.start(event_id="e-1", workspace="acme")
    while together.tick(tables.SLICES) != "timer.slice_closed":
        pass
    carried = together.fold.tables.get(tables.SHARED, "@group|day|2026-01-06")
    assert carried["held_usd_micros"] == 50


def test_an_operator_raises_a_shared_cap_and_the_giver_hands_out_more() -> None:
    together = Together(49)
    setting = {"scope": "organization", "owner": "group", "window": "day", "time_zone": "UTC"}
    cap = {**setting, "name": None, "usd_micros": ROOMY}
    assert together.take(COMMANDS, command(workspace="@group", cap=cap)).rule == "control.cap_set"
    together.start()
    assert together.calls[0]["kind"] == "retrieval"


def test_a_message_about_a_cap_that_is_not_deployed_becomes_a_dead_letter() -> None:
    together = Together(ROOMY)
    together.start()
    message = CODEC.encode("slice_message", {**together.emitted[SENT][0], "giver": "@gone"})
    draft = together.take(ARRIVED, message)
    assert draft.rule == "dead_letter"
    assert "no shared cap @gone per day is deployed here; there are: group" in draft.reason


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"scope": "vendor"}, "scope vendor names its calls"),
        ({"calls": ("look",)}, "scope vendor names its calls"),
        ({"usd_micros": -1}, "greater than or equal to 0"),
        ({"name": "@x"}, "match pattern"),
        ({"window": "run"}, "'hour', 'day' or 'month'"),
        ({"time_zone": "Mars"}, "no time zone is named Mars"),
    ],
)
def test_a_shared_cap_that_makes_no_sense_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Together(**{"usd_micros": 1, **changes})


def test_two_shared_caps_cannot_have_one_name() -> None:
    cap = SharedCap(name="group", scope="organization", window="day", usd_micros=1)
    with pytest.raises(ValidationError, match="several caps are named group"):
        SharedCaps(caps=(cap, cap))
