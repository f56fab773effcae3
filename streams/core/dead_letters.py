"""What cannot be decoded or decided: kept whole in the twin, and its run ended as failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schemas.errors import RecordError
from schemas.topics import dead_letter_topic
from streams.core import closing, runs
from streams.core.bounds import MAX_DECISION_BYTES, clipped
from streams.core.draft import Draft
from streams.core.hashing import content_hash
from streams.core.inputs import Headers, Input

if TYPE_CHECKING:
    from schemas.records import Cut, DeadLetter, DeadPart, RunState
    from streams.core.contract import Contract

RULE = "dead_letter"
"""Rule of the decision that sends a record to the twin."""
MAX_KEY_BYTES = 8 * 1024
MAX_HEADERS_BYTES = 12 * 1024
HEADER_BYTES = 8
"""What a header costs beside its name and value."""
MAX_CAUSES = 8
MAX_CAUSE_CHARACTERS = 300
"""All of them together fit `schemas.topics.ENVELOPE_BYTES`, whatever a record holds."""


def letter(  # noqa: PLR0913  a record, what is wrong with it, and who found it where and when
    source: Input,
    error: RecordError,
    worker: str,
    partition: int,
    now_ms: int,
    *,
    max_value_bytes: int = MAX_DECISION_BYTES,
) -> DeadLetter:
    """The dead letter for a record, with its original bytes and headers.

    Only a record beyond what our own decisions emit is cut, so that a block can hold it; then
    `cut` says what was there.
    """
    return {
        "topic": source.topic,
        "partition": partition,
        "offset": source.offset,
        "timestamp_ms": source.timestamp_ms,
        "run_id": "",
        "reason": type(error).__name__,
        "field": clipped(error.field),
        "message": clipped(str(error)),
        "causes": [_told(cause) for cause in _causes(error)][:MAX_CAUSES],
        "headers": [{"name": name, "value": value} for name, value in _kept(source.headers)],
        "key": _beginning(source.key, MAX_KEY_BYTES),
        "value": _beginning(source.value, max_value_bytes),
        "cut": list(_cuts(source, max_value_bytes)),
        "worker": worker,
        "found_at_ms": now_ms,
    }


def refuse(broken: Draft, dead: DeadLetter, now_ms: int, contract: Contract | None = None) -> Draft:
    """The decision in place of one that could not be made; it ends the run that it was about."""
    draft = broken.restart()
    if broken.run is not None:
        runs.describe(draft, broken.run, broken.state)
        _fail(draft, broken.run, dead["message"], now_ms, contract)
    draft.rule, draft.reason = RULE, dead["message"]
    named: DeadLetter = {**dead, "run_id": clipped(broken.run_id)}
    draft.emit(dead_letter_topic(dead["topic"]), draft.workspace, "dead_letter", named)
    return draft


def _fail(draft: Draft, run: RunState, reason: str, now_ms: int, contract: Contract | None) -> None:
    entry = runs.read_entry(draft, run["workspace"], run["run_id"])
    if entry is not None and entry["phase"] == "finished":
        return
    closing.close(draft, run, closing.Ending("failed", reason), now_ms, contract)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What led to `error`, as Python would show it, the outermost first."""
    seen = {id(error)}
    while (cause := error.__cause__ or _context(error)) is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        error = cause


def _context(error: BaseException) -> BaseException | None:
    return None if error.__suppress_context__ else error.__context__


def _told(cause: BaseException) -> str:
    return clipped(f"{type(cause).__name__}: {cause}")[:MAX_CAUSE_CHARACTERS]


def _beginning(content: bytes | None, most_bytes: int) -> bytes | None:
    return None if content is None else content[:most_bytes]


def _kept(headers: Headers) -> Iterator[tuple[str, bytes | None]]:
    """The first headers, as many as fit."""
    left_bytes = MAX_HEADERS_BYTES
    for name, value in headers:
        left_bytes -= HEADER_BYTES + len(_flat(((name, value),)))
        if left_bytes < 0:
            return
        yield name, value


def _flat(headers: Headers) -> bytes:
    return b"".join(name.encode() + (value or b"") for name, value in headers)


def _cuts(source: Input, max_value_bytes: int) -> Iterator[Cut]:
    if len(source.key or b"") > MAX_KEY_BYTES:
        yield _cut("key", source.key or b"")
    if len(source.value or b"") > max_value_bytes:
        yield _cut("value", source.value or b"")
    if len(tuple(_kept(source.headers))) < len(source.headers):
        yield _cut("headers", _flat(source.headers))


def _cut(part: DeadPart, whole: bytes) -> Cut:
    return {"part": part, "original_bytes": len(whole), "original_hash": content_hash(whole)}
