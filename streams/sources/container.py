"""The files of an export: Avro object container files, appended in place.

A file grows by whole blocks. A process that was killed may leave part of a block at the end;
readers stop before it and the next writer cuts it off.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson
from fastavro import block_reader, parse_schema, writer

from schemas.errors import SourceDamaged
from streams.sources.record import Held, SourceRecord

if TYPE_CHECKING:
    from fastavro._read import Block

CODEC = "deflate"
FASTEST = 1
SYNC_BYTES = 16
FIELDS = ("topic", "partition", "offset", "timestamp_ms", "key", "value")
HARM = (ValueError, EOFError, LookupError, TypeError, OverflowError, zlib.error)
"""What fastavro raises on bytes that are not what was written."""


@cache
def schema() -> Any:
    """The schema of what is in the files."""
    text = files("streams.sources").joinpath("exported_record.avsc").read_bytes()
    return parse_schema(orjson.loads(text))


def append(path: Path, records: Iterable[SourceRecord]) -> None:
    """Add records at the end of a file, which is made if need be; there must be one at least."""
    target = path if path.exists() else _unborn(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("a+b") as file:
        writer(file, schema(), map(_row, records), CODEC, codec_compression_level=FASTEST)
    target.rename(path)


def read(path: Path) -> Iterator[SourceRecord]:
    """All records that were written whole, none when there is no file.

    Raises SourceDamaged where the file does not decode.
    """
    if not path.exists():
        return
    read_so_far = 0
    try:
        with path.open("rb") as file:
            for block in _blocks(file):
                for row in block:
                    yield _record(row)
                    read_so_far += 1
    except HARM as error:
        raise SourceDamaged(f"{path} does not decode after {read_so_far} records") from error


def held(path: Path) -> Held:
    """The offsets in a file. Raises SourceDamaged where the file does not decode."""
    records = read(path)
    first = last = next(records, None)
    for last in records:  # noqa: B007  the last one is wanted
        pass
    return Held(0, 0) if first is None or last is None else Held(first.offset, last.offset + 1)


def mend(path: Path) -> None:
    """Cut off what a killed writer left unfinished. Raises SourceDamaged for any other harm."""
    _unborn(path).unlink(missing_ok=True)
    if not path.exists():
        return
    try:
        with path.open("r+b") as file:
            file.truncate(_sound_end(file))
    except HARM as error:
        raise SourceDamaged(f"{path} does not decode: {error!r}") from error


def _unborn(path: Path) -> Path:
    """Where a file is until its header is whole."""
    return path.with_suffix(".new")


def _blocks(file: BinaryIO) -> Iterator[Block]:
    end = _sound_end(file)
    file.seek(0)
    for block in block_reader(file):
        yield block
        if block.offset + block.size >= end:
            return


def _sound_end(file: BinaryIO) -> int:
    """Where the last whole block ends. Raises ValueError when the blocks do not line up."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    block_reader(file)
    end = file.tell()
    sync = _sync_before(file, end)
    while (after := _block_end(file)) <= size:
        if _sync_before(file, after) != sync:
            raise ValueError(f"no block ends at byte {after}")
        end = after
    return end


def _block_end(file: BinaryIO) -> int:
    """Where the block ends that begins here, its marker included; beyond the file when torn."""
    try:
        _read_long(file)
        return _read_long(file) + file.tell() + SYNC_BYTES
    except EOFError:
        return sys.maxsize


def _read_long(file: BinaryIO) -> int:
    """Avro's variable-length zig-zag integer. Raises EOFError at the end of the file."""
    value = shift = 0
    while True:
        byte = file.read(1)
        if not byte:
            raise EOFError
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:  # noqa: PLR2004  the high bit says that more follow
            return (value >> 1) ^ -(value & 1)
        shift += 7


def _sync_before(file: BinaryIO, position: int) -> bytes:
    file.seek(position - SYNC_BYTES)
    return file.read(SYNC_BYTES)


def _row(record: SourceRecord) -> dict[str, Any]:
    headers = [{"name": name, "value": value} for name, value in record.headers]
    return {name: getattr(record, name) for name in FIELDS} | {"headers": headers}


def _record(row: Any) -> SourceRecord:
    headers = tuple((header["name"], header["value"]) for header in row["headers"])
    return SourceRecord(**{name: row[name] for name in FIELDS}, headers=headers)
