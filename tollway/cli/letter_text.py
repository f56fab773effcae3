"""Dead letters on a terminal and as JSON, with the record in them where it decodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from schemas.codec import Codec
from schemas.errors import RecordError
from schemas.topics import dead_letter_topic
from sinks.warehouse.reading import Answer
from tollway.cli.tabular import json_text, table_text
from tollway.letters.reading import Held

COLUMNS = ("letter", "found", "reason", "run", "handled", "message")
PREVIEW_BYTES = 256
PER_LINE = 16


def listed(letters: Sequence[Held]) -> str:
    """A table."""
    return table_text(Answer(COLUMNS, [_row(held) for held in letters]))


def shown(held: Held, codec: Codec) -> str:
    """Everything about one letter."""
    letter = held.letter
    lines = [f"Dead letter {held.name}", *_facts(held)]
    lines += [f"  cause     {cause}" for cause in letter["causes"]]
    lines += [
        f"  header    {header['name']}: {_brief(header['value'])}" for header in letter["headers"]
    ]
    lines.append(f"  key       {_brief(letter['key'])}")
    lines.append(f"  value     {_size(letter['value'])}")
    lines += [f"    {line}" for line in _dump(letter["value"] or b"")]
    lines += [
        f"  CUT       {cut['part']}: {cut['original_bytes']} bytes were there, "
        f"with hash {cut['original_hash']}"
        for cut in letter["cut"]
    ]
    return "\n".join([*lines, *_record_lines(codec, letter["value"])])


def as_dict(held: Held, codec: Codec) -> dict[str, Any]:
    """Everything, for JSON; bytes are hex."""
    schema, record = _record(codec, held.letter["value"])
    return {
        **plain(held.letter),
        "name": str(held.name),
        "twin": dead_letter_topic(held.name.topic),
        "twin_partition": held.partition,
        "twin_offset": held.offset,
        "schema": schema,
        "record": plain(record),
        "handled": bool(held.actions),
        "actions": plain(held.actions),
    }


def plain(value: Any) -> Any:
    """A record with its bytes as hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def _row(held: Held) -> tuple[object, ...]:
    letter = held.letter
    handled = ", ".join(f"{action['action']} by {action['who']}" for action in held.actions)
    run, found = letter["run_id"][:12], _time(letter["found_at_ms"])
    return (str(held.name), found, letter["reason"], run, handled or "-", letter["message"])


def _facts(held: Held) -> Iterator[str]:
    letter = held.letter
    twin = f"{dead_letter_topic(held.name.topic)}/{held.partition} offset {held.offset}"
    yield f"  found     {_time(letter['found_at_ms'])} by {letter['worker']}, kept in {twin}"
    yield f"  written   {_time(letter['timestamp_ms']) or 'at an unknown time'}"
    yield f"  reason    {letter['reason']}: {letter['message']}"
    if letter["run_id"]:
        yield f"  run       {letter['run_id']}"
    for action in held.actions:
        as_run = f", as run {action['run_id']}" if action["run_id"] else ""
        done = f"{action['action']} by {action['who']} {_time(action['done_at_ms'])}"
        yield f"  handled   {done}{as_run}: {action['why']}"


def _record_lines(codec: Codec, value: bytes | None) -> list[str]:
    schema, record = _record(codec, value)
    if record is None:
        return ["  holds     no record that decodes"]
    return [f"  holds     {schema}", *(f"    {line}" for line in _json_lines(record))]


def _json_lines(record: dict[str, Any]) -> list[str]:
    return json_text(plain(record)).splitlines()


def _record(codec: Codec, value: bytes | None) -> tuple[str | None, dict[str, Any] | None]:
    """Schema and record in the bytes; the schema alone where they break off."""
    try:
        schema = codec.writer(value).name
    except RecordError:
        return None, None
    try:
        return schema, codec.decode(schema, value)
    except RecordError:
        return schema, None


def _dump(content: bytes) -> Iterator[str]:
    """The first bytes as hex and text, side by side."""
    for start in range(0, min(len(content), PREVIEW_BYTES), PER_LINE):
        part = content[start : start + PER_LINE]
        yield f"{start:08x}  {part.hex(' '):{PER_LINE * 3}} {_text(part)}"
    if len(content) > PREVIEW_BYTES:
        yield f"… {len(content) - PREVIEW_BYTES} bytes more; --json has all"


def _brief(content: bytes | None) -> str:
    if not content:
        return _size(content)
    first = content[:PER_LINE]
    more = " …" if len(content) > PER_LINE else ""
    return f"{_size(content)}: {first.hex(' ')} {_text(first)}{more}"


def _size(content: bytes | None) -> str:
    return "none" if content is None else f"{len(content)} bytes"


def _text(content: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in content)  # noqa: PLR2004


def _time(at_ms: int) -> str:
    """A time as people read it; nothing for what is no time."""
    try:
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return "" if at_ms < 0 else f"{at.isoformat(' ', 'milliseconds').removesuffix('+00:00')} UTC"
