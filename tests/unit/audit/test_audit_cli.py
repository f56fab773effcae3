"""What `tollway audit verify` and `tollway replay` print on an export, and how they end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from streams.core.hashing import run_id
from streams.sources.export import export_file
from tests.builders import WORKSPACE
from tests.unit.audit.tampering import LEDGER, copied, flipped, renumbered
from tests.unit.sinks.world import Topics, export_to
from tollway.cli import main

A, B, C = (run_id(WORKSPACE, name) for name in "abc")


def tollway(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def verify(folder: Path, topics: Topics, *options: str) -> Result:
    return tollway("audit", "verify", "--export", export_to(folder, topics), *options)


def test_a_sound_export_passes(tmp_path: Path) -> None:
    result = verify(tmp_path, copied())

    assert result.exit_code == 0, result.output
    assert "Everything holds." in result.stdout
    assert "3  outcomes" in result.stdout
    assert f"head {LEDGER}/0 offset {copied()[LEDGER][-1].offset} " in result.stdout


def one_byte_changed(topics: Topics) -> None:
    topics[LEDGER][4] = flipped(topics[LEDGER][4], 100)


def a_block_dropped(topics: Topics) -> None:
    del topics[LEDGER][4]


def a_block_dropped_and_the_rest_renumbered(topics: Topics) -> None:
    del topics[LEDGER][4]
    topics[LEDGER] = renumbered(topics[LEDGER])


def the_last_block_dropped(topics: Topics) -> None:
    del topics[LEDGER][-1]


def a_block_doubled_with_a_change(topics: Topics) -> None:
    topics[LEDGER].insert(5, flipped(topics[LEDGER][4], 100))


def blocks_reordered(topics: Topics) -> None:
    topics[LEDGER][4:6] = reversed(topics[LEDGER][4:6])


def a_journal_block_changed(topics: Topics) -> None:
    topics["journal.tool"][1] = flipped(topics["journal.tool"][1], 60)


def a_call_published_past_the_ledger(topics: Topics) -> None:
    call = topics["calls.tool"][-1]
    topics["calls.tool"].append(replace(call, offset=call.offset + 1, headers=()))


@pytest.mark.parametrize(
    "spoil",
    [
        one_byte_changed,
        a_block_dropped,
        a_block_dropped_and_the_rest_renumbered,
        the_last_block_dropped,
        a_block_doubled_with_a_change,
        blocks_reordered,
        a_journal_block_changed,
        a_call_published_past_the_ledger,
    ],
)
def test_a_spoiled_export_fails(tmp_path: Path, spoil: object) -> None:
    topics = copied()
    spoil(topics)  # type: ignore[operator]
    result = verify(tmp_path, topics)

    assert result.exit_code == 1
    assert "FOUND " in result.stdout
    assert "Everything holds." not in result.stdout


def test_findings_as_json_name_partition_offset_and_kind(tmp_path: Path) -> None:
    topics = copied()
    a_block_dropped(topics)
    result = verify(tmp_path, topics, "--json")

    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["passed"] is False
    first = report["findings"][0]
    assert (first["topic"], first["partition"], first["offset"]) == (LEDGER, 0, 5)
    assert first["kind"] == "dropped"


def test_a_damaged_file_is_a_finding(tmp_path: Path) -> None:
    folder = export_to(tmp_path, copied())
    path = export_file(folder, LEDGER, 0)
    content = path.read_bytes()
    path.write_bytes(content[:-200] + b"\xff" * 200)

    result = tollway("audit", "verify", "--export", folder)

    assert result.exit_code == 1
    assert "[unreadable]" in result.stdout
    assert "does not decode" in result.stdout


def test_what_cannot_be_decided_again_here_is_said(tmp_path: Path) -> None:
    """The tiny workflow is not deployed where this test runs."""
    result = verify(tmp_path, copied(), "--redecide")

    assert result.exit_code == 0, result.output
    assert "decided again: other versions" in result.stdout
    assert "caps not checked" in result.stdout


def test_without_workflows_the_chain_is_still_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOLLWAY_WORKFLOWS_DIR", str(tmp_path / "none"))
    sound = verify(tmp_path, copied())
    again = tollway("audit", "verify", "--export", tmp_path, "--redecide")

    assert sound.exit_code == 0, sound.output
    assert again.exit_code == 1
    assert "no workflow in" in again.stderr


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return export_to(tmp_path / "export", copied())


@pytest.mark.parametrize("name", [B, B[:8], "b"])
def test_replay_goes_through_a_run_from_its_event_to_its_outcome(export: Path, name: str) -> None:
    result = tollway("replay", name, "--export", export)

    assert result.exit_code == 0, result.output
    told = result.stdout
    assert f"Run {B}, begun 2026-01-05" in told
    assert A not in told
    steps = [
        "event b of bob",
        "calls.retrieval: shelf",
        "calls.model",
        "calls.tool: look",
        "outcomes: ",
    ]
    positions = [told.index(step) for step in steps]
    assert positions == sorted(positions)
    assert "under the workflow versions deployed here" in told


def test_replay_as_json_has_inputs_and_what_went_out(export: Path) -> None:
    steps = json.loads(tollway("replay", "b", "--export", export, "--json").stdout)

    assert steps[0]["input"]["event_id"] == "b"
    assert [emit["topic"] for emit in steps[0]["emits"]] == ["state.retrieval"]
    assert steps[-1]["emits"][0]["record"]["outcome"] == "resolved"
    assert steps[0]["decided_again"]["verdict"] == "other versions"


def test_replay_changes_nothing(export: Path) -> None:
    before = {path: path.read_bytes() for path in sorted(export.rglob("*.avro"))}
    tollway("replay", "b", "--export", export)

    assert {
        path: path.read_bytes() for path in sorted(export.rglob("*")) if path.is_file()
    } == before


def test_replay_of_nothing_says_where_to_look(export: Path) -> None:
    result = tollway("replay", "zzz", "--export", export)

    assert result.exit_code == 1
    assert "no run or event on this ledger is called zzz" in result.stderr


def test_replay_of_several_lists_them(export: Path) -> None:
    result = tollway("replay", "", "--export", export)

    assert result.exit_code == 1
    assert all(run in result.stderr for run in (A, B, C))


def test_without_a_broker_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLWAY_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    result = tollway("audit", "verify")

    assert result.exit_code == 1
    assert "or read an export" in result.stderr
