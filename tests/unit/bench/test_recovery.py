"""The recovery bench: what it fills, and how it tells who waited."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from bench.recovery.entries import EVIDENCE, FINISHED, UNIT, USERS
from bench.recovery.filling import NEARLY_DUE, Filling
from bench.recovery.measuring import workspaces_of
from bench.recovery.probes import Probe, Probes
from streams.adapters.log import Folded
from streams.core import tables
from streams.core.writer import Writer
from tests.builders import CODEC, NOON_MS
from tests.unit.core.stream import MemoryStream, block_of, state_of


@dataclass
class Landed:
    offset: int


@dataclass
class MemoryLog:
    """Takes the place of a ChainedLog."""

    codec: object = CODEC
    stream: MemoryStream = field(default_factory=MemoryStream)

    async def fold(self, _: int) -> Folded:
        return self.stream.fold()

    async def append(self, _: int, value: bytes) -> asyncio.Future[Landed]:
        ack = asyncio.get_running_loop().create_future()
        ack.set_result(Landed(self.stream.append(value)))
        return ack


async def filled(entries: int) -> tuple[MemoryLog, Filling]:
    log = MemoryLog()
    filling = Filling(log, 0, "acme")  # type: ignore[arg-type]
    await filling.fill(entries)
    return log, filling


async def test_what_is_filled_folds_to_the_mix_that_is_stated() -> None:
    log, filling = await filled(1_000)
    fold = log.stream.fold().fold
    count = Counter(table for table, _, _ in fold.tables)
    units = len(fold.tables) // UNIT
    assert abs(len(fold.tables) - 1_000) < 200
    assert count == {
        "runs": units * (FINISHED + 1),
        "budget": units * (USERS + 1),
        "evidence": units * EVIDENCE,
    }
    phases = Counter(entry["phase"] for _, entry in fold.tables.items(tables.RUNS))
    assert phases == {"finished": units * FINISHED, "waiting": units}
    assert state_of(fold)[0] == list(filling.writer.fold.tables)


async def test_what_is_filled_is_read_from_a_snapshot_and_the_next_one_is_nearly_due() -> None:
    log, filling = await filled(10_000)
    assert log.stream.named_snapshot() > 0
    fold, due_bytes = log.stream.fold().fold, filling.writer.due_bytes(4 * 1024 * 1024)
    assert NEARLY_DUE * due_bytes <= fold.bytes_since_snapshot < 1.2 * due_bytes


async def test_nothing_that_is_filled_waits_to_be_forwarded_but_the_end() -> None:
    log, _ = await filled(1_000)
    folded = log.stream.fold()
    assert len(folded.unforwarded) <= 8
    assert all(block_of(value)["snapshot_offset"] >= -1 for value in log.stream.records)
    assert isinstance(Writer(folded.fold, "next", folded.end_offset).seal([], NOON_MS).value, bytes)


def test_every_partition_has_a_workspace() -> None:
    found = workspaces_of(12)
    assert sorted(found) == list(range(12))
    assert len(set(found.values())) == 12


def test_who_waited_longest_and_when_each_partition_decided_again() -> None:
    probes = Probes(None, CODEC, {})  # type: ignore[arg-type]
    probes.all = [
        Probe(0, begun_s=1.0, ended_s=2.0),
        Probe(0, begun_s=5.0, ended_s=9.0),
        Probe(0, begun_s=6.0, ended_s=8.5),
        Probe(1, begun_s=6.0, ended_s=7.0),
        Probe(1, begun_s=7.0),
    ]
    assert probes.decided(since_s=5.0) == {0: 8.5, 1: 7.0}
    assert probes.longest_wait_s(since_s=5.0) == 4.0
    assert probes.open_before(8.0) == 1
    assert probes.open_before(7.0) == 0
