"""Asking the warehouse, while the sink goes on writing."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from schemas.errors import TollwayError, WarehouseUnavailable
from sinks.warehouse.connection import connected

PATIENCE_S = 10.0
WIDTH = 100


class QueryRefused(TollwayError):
    """DuckDB cannot run a question; the text says why and what there is to ask for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows of a question."""

    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]

    def as_dicts(self) -> list[dict[str, Any]]:
        """Each row by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Reader:
    """Opens the file for the length of one question."""

    path: Path
    patience_s: float = PATIENCE_S

    def ask(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Answer:
        """The answer. Raises WarehouseUnavailable or QueryRefused."""
        if not self.path.exists():
            raise WarehouseUnavailable(
                f"there is no warehouse at {self.path} yet: run 'tollway sink warehouse', or set "
                "TOLLWAY_DATA_DIR or --path to where it is"
            )
        with connected(self.path, read_only=True, patience_s=self.patience_s) as connection:
            try:
                asked = connection.execute(sql, parameters)
                columns = [column[0] for column in asked.description or ()]
                return Answer(columns, asked.fetchall())
            except duckdb.Error as error:
                raise self._refused(connection, error) from error

    def _refused(self, connection: duckdb.DuckDBPyConnection, error: duckdb.Error) -> TollwayError:
        tables = _tables(connection)
        if not tables:
            return WarehouseUnavailable(
                f"{self.path} has no tables yet; is 'tollway sink warehouse' running?"
            )
        return QueryRefused("\n".join([f"{error}\n\nThere are these tables:", *tables]))


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables and their columns, a paragraph each."""
    found = connection.execute(
        "SELECT table_name, string_agg(column_name, ', ' ORDER BY column_index) "
        "FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal "
        "AND table_name <> 'warehouse_version' GROUP BY table_name ORDER BY table_name"
    ).fetchall()
    return [
        textwrap.fill(f"{table}: {columns}", WIDTH, initial_indent="  ", subsequent_indent="    ")
        for table, columns in found
    ]
