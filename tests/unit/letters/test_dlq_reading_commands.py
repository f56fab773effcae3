"""What `tollway dlq list` and `show` print of an export, and what `redrive` and `drop` ask for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from streams.core.hashing import run_id
from tests.builders import CODEC, NOON_MS, WORKSPACE
from tests.unit.letters.letters import EVENT, BrokenWorld, letter, put_action, put_letter
from tests.unit.sinks.world import World, export_to
from tollway.cli import main

RUN = run_id(WORKSPACE, "e-1")
DAY_MS = 86_400_000


def tollway(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A run that died in plan, a letter that was dropped, and a huge one of the next day."""
    world = BrokenWorld("plan").run({})
    dropped = letter(EVENT)
    put_letter(world, dropped)
    put_action(world, dropped)
    cut = [{"part": "value", "original_bytes": 9_000_000, "original_hash": "abc"}]
    late: dict[str, Any] = {"offset": 9, "found_at_ms": NOON_MS + DAY_MS, "cut": cut}
    put_letter(world, letter(bytes(range(256)) * 2, reason="UnknownSchema", **late))
    return export_to(tmp_path / "export", world.topics)


def names(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [line.split()[0] for line in result.stdout.splitlines()[2:-1]]


def listed(export: Path, *options: object) -> list[str]:
    return names(tollway("dlq", "list", "--export", export, *options))


def test_list_shows_letters_the_oldest_first_and_what_was_done(export: Path) -> None:
    result = tollway("dlq", "list", "--export", export)
    assert names(result) == ["intake/0/4", "state.plan/0/0", "intake/0/9"]
    rows = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert "drop by ann@console" in rows["intake/0/4"]
    assert RUN[:12] in rows["state.plan/0/0"]
    assert "Undecided" in rows["state.plan/0/0"]
    assert "2026-01-06 12:00:00.000 UTC" in rows["intake/0/9"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--open"], ["state.plan/0/0", "intake/0/9"]),
        (["--topic", "intake"], ["intake/0/4", "intake/0/9"]),
        (["--topic", "state.plan.dead"], ["state.plan/0/0"]),
        (["--reason", "UnknownSchema"], ["intake/0/9"]),
        (["--since", "2026-01-06"], ["intake/0/9"]),
        (["--topic", "intake", "--reason", "NotFramed", "--open"], []),
    ],
)
def test_list_can_choose(export: Path, options: list[str], expected: list[str]) -> None:
    assert listed(export, *options) == expected


def test_list_as_json_has_everything(export: Path) -> None:
    rows = json.loads(tollway("dlq", "list", "--export", export, "--json").stdout)
    assert [row["handled"] for row in rows] == [True, False, False]
    assert rows[0]["actions"][0]["why"] == "a test"
    assert bytes.fromhex(rows[0]["value"]) == EVENT
    assert rows[1]["record"]["run_id"] == RUN
    assert rows[1]["causes"] == ["RuntimeError: oh no"]
    assert rows[2]["cut"][0]["original_bytes"] == 9_000_000


def test_records_that_are_no_letters_are_passed_over_and_named(tmp_path: Path) -> None:
    world = World()
    world.publish("intake.dead", b"garbage")
    world.publish("operator.actions", EVENT)
    put_letter(world, letter())
    result = tollway("dlq", "list", "--export", export_to(tmp_path, world.topics))
    assert names(result) == ["intake/0/4"]
    assert "passed over intake.dead/0 offset 0: begins with byte 103" in result.stderr
    assert "passed over operator.actions/0 offset 0: holds intake_event" in result.stderr


def test_show_tells_everything_about_a_letter(export: Path) -> None:
    page = tollway("dlq", "show", "state.plan/0/0", "--export", export).stdout
    for part in (
        "Dead letter state.plan/0/0",
        "by worker, kept in state.plan.dead/0 offset 0",
        "reason    Undecided: could not be decided: RuntimeError: oh no",
        f"run       {RUN}",
        "cause     RuntimeError: oh no",
        "header    tollway-place: ",
        "key       4 bytes: 61 63 6d 65 acme",
        "holds     run_state",
        f'"run_id": "{RUN}"',
    ):
        assert part in page, part


def test_show_previews_bytes_as_hex_and_text_and_says_what_was_cut(export: Path) -> None:
    page = tollway("dlq", "show", "intake/0/9", "--export", export).stdout
    assert "00000040  40 41 42 43" in page
    assert "@ABCDEFGHIJKLMNO" in page
    assert "000000f0" in page
    assert "256 bytes more; --json has all" in page
    assert "CUT       value: 9000000 bytes were there, with hash abc" in page
    assert "no record that decodes" in page
    assert "header    null: none" in page


def test_show_says_what_was_done(export: Path) -> None:
    page = tollway("dlq", "show", "intake/0/4", "--export", export).stdout
    assert "handled   drop by ann@console 2026-01-05 12:00:00.000 UTC: a test" in page


def test_show_as_json_has_all_bytes(export: Path) -> None:
    page = json.loads(tollway("dlq", "show", "intake/0/9", "--json", "--export", export).stdout)
    assert bytes.fromhex(page["value"]) == bytes(range(256)) * 2
    assert (page["twin"], page["twin_offset"], page["record"]) == ("intake.dead", 1, None)
    assert page["headers"][1] == {"name": "null", "value": None}


def test_show_of_nothing_says_where_to_look(export: Path) -> None:
    result = tollway("dlq", "show", "state.plan/0/7", "--export", export)
    assert result.exit_code == 1
    assert "state.plan.dead holds no such letter; 'tollway dlq list'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "--topic", "state.pln"], "no topic is called 'state.pln'"),
        (["list", "--since", "soon"], "is no time"),
        (["show", "state.plan"], "is not TOPIC/PARTITION/OFFSET"),
        (["drop", "intake/0/4"], "Missing option '--why'"),
        (["drop", "--why", "x"], "name LETTERS or give --all"),
        (["redrive", "--why", "x", "--all", "intake/0/4"], "name LETTERS or give --all"),
        (["redrive", "--why", "x", "--topic", "intake", "intake/0/4"], "choose among --all"),
    ],
)
def test_what_was_typed_wrong_is_explained(arguments: list[str], said: str) -> None:
    result = tollway("dlq", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.replace("│", "").split())


def test_letters_decode_as_they_were_written() -> None:
    assert CODEC.decode("dead_letter", CODEC.encode("dead_letter", letter())) == letter()
