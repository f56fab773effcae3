"""Histories that past versions wrote are read, audited, told and carried on by this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import topics
from streams.core.folding import Folder
from streams.core.inputs import Input
from streams.sources.export import ExportSource
from tests.builders import event
from tests.deployments import CODEC
from tests.integration.demo.conftest import tollway
from tests.unit.core.journey import Journey

FOLDERS = sorted(path.parent for path in Path("tests/histories").glob("*/outcomes.json"))
each = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def expected(folder: Path) -> dict[str, Any]:
    """What the run printed when it was recorded."""
    found: dict[str, Any] = json.loads((folder / "outcomes.json").read_text("utf-8"))
    return found


def test_there_is_a_history() -> None:
    assert FOLDERS


@each
def test_the_audit_of_a_history_finds_nothing(folder: Path) -> None:
    printed = tollway("audit", "verify", "--redecide", "--json", "--export", f"{folder}/export")
    assert json.loads(printed)["findings"] == []


@each
async def test_the_outcomes_of_a_history_are_read_as_they_were_told(folder: Path) -> None:
    source = ExportSource(folder / "export")
    told = {}
    for partition in await source.partitions("outcomes"):
        async for record in source.read("outcomes", partition):
            outcome = CODEC.decode("outcome", record.value)
            told[outcome["event_id"]] = (outcome["outcome"], outcome["spent_usd_micros"])
    requests = expected(folder)["requests"]
    assert told == {name: (r["outcome"], r["spent_usd_micros"]) for name, r in requests.items()}


@each
async def test_every_record_of_a_history_is_decoded(folder: Path) -> None:
    source, decoded = ExportSource(folder / "export"), 0
    for topic in topics():
        for partition in await source.partitions(topic):
            async for record in source.read(topic, partition):
                assert CODEC.decode(CODEC.writer(record.value).name, record.value)
                decoded += 1
    assert decoded > len(expected(folder)["requests"]) * 10


@each
async def test_a_new_event_is_decided_on_the_tables_that_a_history_left(folder: Path) -> None:
    source = ExportSource(folder / "export")
    for partition in await source.partitions("ledger"):
        past = Folder(CODEC)
        async for record in source.read("ledger", partition):
            past.feed(record.offset, record.value or b"")
        journey = Journey()
        journey.fold = past.fold
        value = CODEC.encode("intake_event", event(9_999))
        at = past.fold.next_offset("state.intake")
        new = journey.decide(Input("state.intake", at, b"acme", value))
        assert new.rule == "intake.accepted"
