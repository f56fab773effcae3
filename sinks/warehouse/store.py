"""The warehouse's file: made from facts.sql, written a batch at a time, never held open.

DuckDB lets one process write, or several read. So every batch opens the file, commits, and
closes it again; whoever finds it taken waits a little and tries again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import orjson

from schemas.errors import WarehouseUnavailable
from sinks.warehouse.connection import connected, saying_what_failed
from sinks.warehouse.decided import Row

FACTS = "facts"


@dataclass(frozen=True, slots=True)
class Position:
    """How far a partition was read, and the head of its chain there."""

    next_offset: int
    head: bytes
    head_offset: int
    void_blocks: int


@dataclass(slots=True)
class Batch:
    """Rows, and the positions that they lead to; committed together or not at all."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    positions: dict[int, Position] = field(default_factory=dict)
    size: int = 0

    def add(self, table: str, row: Row) -> None:
        """One more row."""
        self.rows.setdefault(table, []).append(row)
        self.size += 1


@dataclass(frozen=True, slots=True)
class Warehouse:
    """One DuckDB file. `patience_s` is how long to wait while others hold it; None for ever."""

    path: Path
    patience_s: float | None = None

    def prepare(self) -> dict[int, Position]:
        """Make the file or check it, renew the views, and return the positions.

        Raises WarehouseUnavailable when the file was made by another version.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with (
            saying_what_failed(self.path),
            connected(self.path, read_only=False, patience_s=self.patience_s) as connection,
        ):
            create_or_check(connection, self.path)
            return read_positions(connection)

    def commit(self, batch: Batch) -> None:
        """Write a batch in one transaction. Raises WarehouseUnavailable when the disk refuses."""
        with (
            saying_what_failed(self.path),
            connected(self.path, read_only=False, patience_s=self.patience_s) as connection,
        ):
            write(connection, batch)


def create_or_check(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Tables as in facts.sql, views as in views.sql. Raises WarehouseUnavailable."""
    made_by = _text("facts.sql")
    fingerprint = hashlib.sha256(made_by.encode()).hexdigest()
    connection.begin()
    connection.execute("CREATE TABLE IF NOT EXISTS warehouse_version (fingerprint VARCHAR)")
    found = connection.execute("FROM warehouse_version").fetchone()
    if found is None:
        connection.execute(made_by)
        connection.execute("INSERT INTO warehouse_version VALUES (?)", [fingerprint])
    elif found[0] != fingerprint:
        raise WarehouseUnavailable(
            f"{path} was made by another version of Tollway; delete it and start the sink again: "
            "it is rebuilt from the ledger"
        )
    connection.execute(_text("views.sql"))
    connection.commit()


def read_positions(connection: duckdb.DuckDBPyConnection) -> dict[int, Position]:
    """Position of each partition that was read."""
    found = connection.execute("FROM facts.positions").fetchall()
    return {
        partition: Position(next_offset, bytes.fromhex(head), head_offset, void_blocks)
        for partition, next_offset, head, head_offset, void_blocks in found
    }


def write(connection: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    """Rows and positions in one transaction."""
    if not batch.positions:
        return
    connection.begin()
    for table, rows in batch.rows.items():
        _insert(connection, table, rows)
    connection.executemany(
        "INSERT OR REPLACE INTO facts.positions VALUES (?, ?, ?, ?, ?)",
        [
            (number, at.next_offset, at.head.hex(), at.head_offset, at.void_blocks)
            for number, at in batch.positions.items()
        ],
    )
    connection.commit()


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row]) -> None:
    """All rows in one statement, as JSON: DuckDB takes single rows a thousand times slower."""
    columns = column_types(connection, table)
    names = ", ".join(f"r.{name}" for name in columns)
    connection.execute(
        f"INSERT INTO facts.{table} ({', '.join(columns)}) "  # noqa: S608  names from facts.sql
        f"SELECT {names} FROM (SELECT unnest(from_json(?, ?)) AS r)",
        [orjson.dumps(rows).decode(), orjson.dumps([columns]).decode()],
    )


def column_types(
    connection: duckdb.DuckDBPyConnection, table: str, schema: str = FACTS
) -> Mapping[str, Any]:
    """Columns of a table in order, with their types."""
    found = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
        [schema, table],
    )
    return dict(found.fetchall())


def _text(name: str) -> str:
    return files("sinks.warehouse").joinpath(name).read_text("utf-8")
