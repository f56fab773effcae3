"""Snapshots: the folded state in the ledger itself, so that a fold reads the end and no more.

A snapshot is a run of blocks without decisions, each holding one part. Later blocks name the
offset of the first part once all parts are accepted. A fold reads the last block, jumps to the
first part, restores, and goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from streams.core.fold import Fold

if TYPE_CHECKING:
    from schemas.codec import Codec
    from schemas.records import Snapshot, SnapshotPart

PART_BYTES = 1024 * 1024
MARK_SEPARATOR = "|"


def take(fold: Fold) -> list[SnapshotPart]:
    """The state of `fold`, cut into parts."""
    record: Snapshot = {
        "tables": [
            {"table": table, "key": key, "value": value}
            for table, key, value in fold.tables.encoded()
        ],
        "positions": dict(sorted(fold.positions.items())),
        "marks": {
            MARK_SEPARATOR.join(where): {"offset": offset, "index": index}
            for where, (offset, index) in sorted(fold.marks.items())
        },
    }
    content = fold.codec.encode("snapshot", record)
    slices = [content[i : i + PART_BYTES] for i in range(0, len(content), PART_BYTES)]
    return [
        {"part": number, "parts": len(slices), "content": piece}
        for number, piece in enumerate(slices)
    ]


def restore(codec: Codec, parts: Iterable[SnapshotPart]) -> Fold:
    """A fold with the tables, positions and marks of a snapshot; its chain is still empty."""
    content = b"".join(part["content"] for part in parts)
    record: Snapshot = codec.decode("snapshot", content)  # type: ignore[assignment]
    fold = Fold(codec)
    for entry in record["tables"]:
        fold.tables.put_encoded(entry["table"], entry["key"], entry["value"])
    fold.positions.update(record["positions"])
    for joined, mark in record["marks"].items():
        topic, stream = joined.split(MARK_SEPARATOR)
        fold.marks[topic, stream] = (mark["offset"], mark["index"])
    return fold
