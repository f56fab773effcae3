"""Answers of the warehouse on a terminal, as JSON, or as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson

from sinks.warehouse.reading import Answer, Reader
from streams.settings import load_settings

WIDEST = 60
"""A longer cell is cut on a terminal; JSON and CSV give it in full."""
JSON_OPTIONS = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z | orjson.OPT_INDENT_2

path_option: Callable[[Any], Any] = click.option(
    "--path",
    type=click.Path(path_type=Path),
    help="The warehouse's file; default warehouse.duckdb in TOLLWAY_DATA_DIR.",
)
json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON."
)


def warehouse_path(path: Path | None) -> Path:
    """The file that a command was told to use, or the deployment's."""
    return path or load_settings().data_dir / "warehouse.duckdb"


def reader(path: Path | None) -> Reader:
    """A reader of that file."""
    return Reader(warehouse_path(path))


def json_text(value: Any) -> str:
    """JSON text; times are UTC and say so."""
    return orjson.dumps(value, default=str, option=JSON_OPTIONS).decode()


def csv_text(answer: Answer) -> str:
    """CSV text with a header line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows(answer.rows)
    return text.getvalue().rstrip("\n")


def table_text(answer: Answer) -> str:
    """Columns side by side, numbers to the right."""
    cells = [[_cell(value) for value in row] for row in answer.rows]
    lines = aligned([list(answer.columns), *cells], _numeric(answer))
    rule = "  ".join("-" * width for width in _widths([list(answer.columns), *cells]))
    count = f"({len(cells)} row{'' if len(cells) == 1 else 's'})"
    return "\n".join([lines[0], rule, *lines[1:], count])


def aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """Lines in which every column has one width."""
    widths = _widths(rows)
    return [
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]


def usd(micros: int | None) -> str:
    """Money as people read it."""
    return "-" if micros is None else f"${micros / 1_000_000:.6f}"


def seconds(ms: int | None) -> str:
    """A duration as people read it."""
    return "-" if ms is None else f"{ms / 1000:.3f} s"


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _numeric(answer: Answer) -> list[bool]:
    columns = zip(*answer.rows, strict=True) if answer.rows else [()] * len(answer.columns)
    return [
        all(value is None or isinstance(value, int | float) for value in column)
        for column in columns
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    text = " ".join(str(value).split())
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
