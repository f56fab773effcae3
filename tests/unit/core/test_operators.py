"""Who may give a command, and commands that need a second person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agents.operators import OPERATORS_FILE, load_operators
from schemas.errors import ContractError
from streams.core import tables
from streams.core.control.commands import COMMANDS
from streams.core.draft import Draft
from streams.core.ticks import TICKS
from tests.builders import CODEC, NOON_MS
from tests.unit.core.journey import Journey
from tests.unit.core.short_of_money import command, journey

FILE = """\
people:
  - {id: ann, roles: [operator]}
  - {id: fay, roles: [operator, owner]}
  - {id: lea, roles: [lead], workspaces: [acme]}
commands:
  pause: {roles: [operator, lead]}
  end: {roles: [operator], people: 2, expires_s: 60}
  cap: {roles: [owner]}
"""
END = {"what": "all", "name": "", "mode": "end"}
PAUSE = {**END, "mode": "pause"}


@pytest.fixture
def held(tmp_path: Path) -> Journey:
    (tmp_path / OPERATORS_FILE).write_text(FILE)
    journeying = journey()
    journeying.engine.operators = load_operators(tmp_path)
    journeying.engine.__post_init__()
    return journeying


def give(held: Journey, who: str, command_id: str = "c-1", **said: Any) -> Draft:
    return held.take(COMMANDS, command(who=who, command_id=command_id, **said))


def confirm(held: Journey, who: str, **said: Any) -> Draft:
    return give(held, who, f"of-{who}", confirmation={"command_id": "c-1"}, **said)


def standing(held: Journey) -> list[str]:
    return [key for key, _ in held.fold.tables.items(tables.LEVERS)]


@pytest.mark.parametrize(
    ("who", "said", "reason"),
    [
        ("eve", {"lever": PAUSE}, "eve may not pause: that takes the role operator or lead"),
        ("lea", {"lever": END}, "lea may not end: that takes the role operator"),
        ("lea", {"lever": PAUSE, "workspace": "*"}, "lea may not pause in all workspaces"),
        ("lea", {"lever": PAUSE, "workspace": "globex"}, "lea may not pause in workspace globex"),
        ("ann", {"lever": {**PAUSE, "mode": "release"}}, "nobody may release"),
        ("ann", {"switch": {"name": "shelf", "enabled": True}}, "nobody may switch_on"),
        ("ann", {"cancellation": {"run_id": "r", "outcome": "failed"}}, "nobody may cancel"),
    ],
)
def test_a_command_without_the_right_is_refused_and_recorded(
    held: Journey, who: str, said: dict[str, Any], reason: str
) -> None:
    draft = give(held, who, **said)
    assert draft.rule == "control.refused"
    assert draft.reason.startswith(reason)
    assert draft.changes == []


def test_a_command_with_the_right_counts_and_names_the_version_of_the_file(held: Journey) -> None:
    draft = give(held, "lea", lever=PAUSE)
    assert draft.rule == "control.pause"
    assert draft.versions is not None
    assert draft.versions["approvers"] == held.engine.operators.version != ""


def test_a_command_that_needs_two_people_waits_for_the_second(held: Journey) -> None:
    assert give(held, "ann", lever=END).rule == "control.proposed"
    assert standing(held) == []
    draft = confirm(held, "fay")
    assert draft.rule == "control.end"
    assert "by ann" in draft.reason
    assert "confirmed by fay" in draft.reason
    assert standing(held) == ["acme|all|"]


@pytest.mark.parametrize(
    ("who", "rule"), [("ann", "same_person"), ("lea", "refused"), ("eve", "refused")]
)
def test_neither_the_same_person_nor_one_without_the_right_can_confirm(
    held: Journey, who: str, rule: str
) -> None:
    give(held, "ann", lever=END)
    assert confirm(held, who).rule == f"control.{rule}"
    assert standing(held) == []


def test_a_confirmation_counts_once_and_only_in_the_place_of_its_command(held: Journey) -> None:
    give(held, "ann", lever=END)
    assert confirm(held, "fay", workspace="*").rule == "control.not_waiting"
    assert confirm(held, "fay").rule == "control.end"
    assert confirm(held, "fay").rule == "control.repeated"
    assert give(held, "ann", lever=END).rule == "control.repeated"


def test_a_command_that_nobody_confirms_in_time_expires_and_is_forgotten(held: Journey) -> None:
    give(held, "ann", lever=END)
    held.now_ms += 60_000
    assert confirm(held, "fay").rule == "control.expired"
    tick = {
        "workspace": "acme",
        "run_id": "",
        "due_at_ms": NOON_MS + 60_000,
        "results_through": 0,
        "decisions_through": 0,
        "sent_by": "worker",
        "table": tables.PROPOSALS,
        "row": "c-1",
    }
    assert held.take(TICKS, CODEC.encode("tick", tick)).rule == "timer.proposals_dropped"
    assert confirm(held, "fay").rule == "control.not_waiting"
    assert standing(held) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("people: 7", "people: "),
        ("commands: {fire: {roles: [x]}}", "commands.fire"),
        ("commands: {end: {roles: []}}", "commands.end.roles"),
        ("commands: {end: {roles: [x], people: 3}}", "commands.end.people"),
        ("people: [", "cannot be read"),
        (FILE.replace("[operator, owner]", "[owner]"), "needs 2 people and 1 have the role"),
    ],
)
def test_a_wrong_file_is_refused_with_place_and_reason(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / OPERATORS_FILE).write_text(text)
    with pytest.raises(ContractError, match=OPERATORS_FILE) as refused:
        load_operators(tmp_path)
    assert told in str(refused.value)
