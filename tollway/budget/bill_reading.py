"""A bill's file as rows: CSV with a header, a JSON array of objects, or one JSON object a line.

Whatever is in it, it is read once, within bounds, and a bad line is named and left out.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from schemas.errors import BillRefused
from tollway.budget.bill import LineRefused, Row

MOST_BYTES = 512 * 1024 * 1024
MOST_FIELD_CHARACTERS = 16 * 1024
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
JSON_LINES = (".jsonl", ".ndjson")


def read_rows(path: Path, encoding: str | None) -> Iterator[Row]:
    """Each line and where it is. Raises BillRefused for a file that is no bill at all.

    Without an `encoding` it is UTF-8, and a line that is not is left out.
    """
    text = _text(path, encoding)
    suffix = path.suffix.lower()
    if suffix in JSON_LINES:
        return _json_lines(text)
    return _json_array(path, text) if suffix == ".json" else _csv_rows(path, text)


def _text(path: Path, encoding: str | None) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BillRefused(f"{path} is larger than {MOST_BYTES} bytes; cut it into several")
        content = path.read_bytes()
    except OSError as error:
        raise BillRefused(f"{path} cannot be read: {error.strerror}") from error
    if encoding is None and content.startswith(UTF_16):
        raise BillRefused(f"{path} is UTF-16; give --encoding utf-16")
    try:
        if encoding is None:
            return content.decode("utf-8-sig", errors="surrogateescape")
        return content.decode(encoding)
    except (LookupError, UnicodeError) as error:
        raise BillRefused(f"{path} cannot be read as {encoding}: {error}") from error


def _csv_rows(path: Path, text: str) -> Iterator[Row]:
    before = csv.field_size_limit(MOST_FIELD_CHARACTERS)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = _header(path, reader)
        while True:
            first = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield _lines(first, reader.line_num), LineRefused(f"it is no CSV: {error}")
                continue
            if cells:
                yield _lines(first, reader.line_num), _row(header, cells)
    finally:
        csv.field_size_limit(before)


def _header(path: Path, reader: Any) -> list[str]:
    try:
        header = [cell.strip() for cell in next(reader, [])]
    except csv.Error as error:
        raise BillRefused(f"{path}: its first line is no CSV: {error}") from error
    doubled = sorted({cell for cell in header if header.count(cell) > 1 and cell})
    if not any(header) or doubled:
        what = f"names {doubled[0]!r} twice" if doubled else "holds no names of columns"
        raise BillRefused(f"{path}: its first line {what}")
    return header


def _row(header: list[str], cells: list[str]) -> Mapping[str, Any] | LineRefused:
    if len(cells) != len(header):
        return LineRefused(f"it has {len(cells)} fields, and the first line names {len(header)}")
    return _decoded(dict(zip(header, cells, strict=True)))


def _decoded(row: Mapping[str, Any]) -> Mapping[str, Any] | LineRefused:
    """The row, unless bytes that are no UTF-8 stand in it."""
    for column, value in row.items():
        if any("\udc80" <= character <= "\udcff" for character in f"{column}{value}"):
            return LineRefused("it is not UTF-8; if all of it is not, give --encoding, as cp1252")
    return row


def _json_array(path: Path, text: str) -> Iterator[Row]:
    try:
        found = _loads(text)
    except LineRefused as error:
        raise BillRefused(f"{path}: {error}") from error
    if not isinstance(found, list):
        raise BillRefused(f"{path} holds no array; a bill in JSON is an array of objects")
    for number, row in enumerate(found, 1):
        yield f"item {number}", _object(row)


def _json_lines(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield f"line {number}", _object(_loads(line))
            except LineRefused as error:
                yield f"line {number}", error


def _object(value: Any) -> Mapping[str, Any] | LineRefused:
    return _decoded(value) if isinstance(value, dict) else LineRefused("it is no JSON object")


def _loads(text: str) -> Any:
    """Numbers stay exact. Raises LineRefused."""
    try:
        return json.loads(
            text,
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_once,
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise LineRefused(f"it is no JSON: {error}") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice in one object")
    return found


def _lines(first: int, last: int) -> str:
    return f"line {first}" if last <= first else f"lines {first} to {last}"
