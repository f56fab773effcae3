"""Records with header names that are no UTF-8 can be read, too.

Kafka takes any bytes as a header's name. aiokafka raises on such a record when it is fetched, and
again after every restart, so one record from outside would stop its reader for good. Here such a
batch is parsed once more, and a byte that is no UTF-8 is shown by its hexadecimal digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

MAGIC_WITH_HEADERS = 2


def install() -> None:
    """Let every consumer of this process read so."""
    fetcher.MemoryRecords = LenientRecords


class _LenientBytes(bytearray):
    """Slices decode whatever they hold."""

    def __getitem__(self, at: Any) -> Any:
        part = super().__getitem__(at)
        return _LenientBytes(part) if isinstance(at, slice) else part

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return bytes(self).decode(encoding, errors)


class _LenientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]  # final for checkers only
    """aiokafka's own parser, on bytes that decode."""

    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _LenientBytes(self._buffer)


class _Batch:
    """A batch as aiokafka's fast parser reads it, and as the lenient one does where that fails."""

    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        """As the fetcher reads the marker in a control batch, which has no headers."""
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter([*self._batch])
        except UnicodeDecodeError:
            return iter(_LenientBatch(self._raw))


class LenientRecords(_MemoryRecordsPy):  # type: ignore[misc]  # final for checkers only
    """The batches of a fetch."""

    def next_batch(self, *defaults: int) -> Any:
        """The next batch, or None."""
        raw = cast("memoryview | None", self._next_slice)
        batch = super().next_batch(*defaults)
        if raw is None or batch is None or batch.magic < MAGIC_WITH_HEADERS:
            return batch
        return _Batch(batch, raw)
