"""Run states that this process sent on lately, by their bytes: what comes back is not decoded.

Most records on a state's topic were emitted by the worker that reads them. Decoding is a pure
function of the bytes, so equal bytes give the same run, whoever wrote them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.records import RunState

CAPACITY_BYTES = 8 * 1024 * 1024


@dataclass(slots=True)
class Recent:
    """Holds at most `CAPACITY_BYTES` of records; the oldest go first."""

    size_bytes: int = 0
    _runs: dict[bytes, RunState] = field(default_factory=dict)

    def keep(self, value: bytes, run: RunState) -> None:
        """Remember that `value` is `run`; nobody may change `run` from now on."""
        if value not in self._runs:
            self.size_bytes += len(value)
        self._runs[value] = run
        while self.size_bytes > CAPACITY_BYTES:
            self.take(next(iter(self._runs)))

    def take(self, value: bytes | None) -> RunState | None:
        """The run that `value` is, if it is remembered; it is forgotten with that."""
        run = self._runs.pop(value, None) if value is not None else None
        if run is not None:
            self.size_bytes -= len(value or b"")
        return run
