"""The warehouse against the ledger: told again, row by row, and against the fold.

The rows are told a second time from the source, up to where the warehouse has got, and compared
with what is stored. That finds rows that are lost, doubled or changed. What the rows add up to
is then compared with the tables of the fold, which is made by other code: which runs have
ended, which calls are awaited, what every account stands at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from schemas.codec import Codec
from sinks.warehouse.connection import connected, patiently
from sinks.warehouse.follower import BEGINNING, resume
from sinks.warehouse.store import Batch, Position, create_or_check, read_positions, write
from sinks.warehouse.totals import against_fold
from streams.core.fold import Fold
from streams.core.folding import Folder
from streams.sources.order import LEDGER
from streams.sources.record import RecordSource

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Difference:
    """Where warehouse and ledger disagree."""

    table: str
    message: str

    def __str__(self) -> str:
        return f"{self.table}: {self.message}"


@dataclass(slots=True)
class Told:
    """What the source says, up to some positions."""

    batch: Batch = field(default_factory=Batch)
    folds: list[Fold] = field(default_factory=list)


async def differences(path: Path, source: RecordSource, codec: Codec) -> list[Difference]:
    """Every difference; none when the warehouse equals a fold of the ledger.

    Raises WarehouseUnavailable or ChainBroken.
    """
    with connected(path, read_only=True, patience_s=PATIENCE_S) as connection:
        positions = read_positions(connection)
    told = await _told(source, codec, positions)
    return await asyncio.to_thread(_compare, path, told, positions)


async def _told(source: RecordSource, codec: Codec, positions: Mapping[int, Position]) -> Told:
    told = Told()
    for partition, position in positions.items():
        follower = await resume(codec, source, partition, BEGINNING)
        folder = Folder(codec)
        async for record in source.read(LEDGER, partition):
            if record.offset >= position.next_offset:
                break
            follower.take(record, told.batch)
            folder.feed(record.offset, record.value or b"")
        told.folds.append(folder.fold)
    return told


def _compare(path: Path, told: Told, positions: Mapping[int, Position]) -> list[Difference]:
    """Hold the file no longer than this takes."""
    memory = duckdb.connect()
    create_or_check(memory, path)
    write(memory, told.batch)
    patiently(
        path, lambda: memory.execute("ATTACH ? AS stored (READ_ONLY)", [str(path)]), PATIENCE_S
    )
    try:
        found = [*_positions(told, positions), *_rows(memory)]
        totals = against_fold(memory, told.folds)
        return [*found, *(Difference(table, message) for table, message in totals)]
    finally:
        memory.close()


def _positions(told: Told, positions: Mapping[int, Position]) -> Iterator[Difference]:
    for partition, stored in positions.items():
        expected = told.batch.positions.get(partition)
        if expected != stored:
            yield Difference(
                "positions",
                f"partition {partition} is at {stored}, and the ledger gives {expected}",
            )


def _rows(memory: duckdb.DuckDBPyConnection) -> Iterator[Difference]:
    """Rows that one side has and the other has not, as far as the positions go."""
    memory.execute("CREATE TEMP VIEW reached AS FROM stored.facts.positions")
    for (table,) in memory.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'stored' "
        "AND schema_name = 'facts' AND table_name <> 'positions' ORDER BY table_name"
    ).fetchall():
        expected, stored = f"memory.facts.{table}", _told_part(table)
        for one, other, words in (
            (expected, stored, "is not in the warehouse"),
            (stored, expected, "is in the warehouse and not on the ledger"),
        ):
            lacking = memory.execute(f"FROM {one} EXCEPT ALL FROM {other} ORDER BY ALL").fetchall()
            for row in lacking:
                yield Difference(table, f"{row} {words}")


def _told_part(table: str) -> str:
    return (
        f"(SELECT t.* FROM stored.facts.{table} AS t JOIN reached USING (ledger_partition) "  # noqa: S608
        "WHERE t.ledger_offset < reached.next_offset)"
    )
