"""Tables are the fold of the stream: from its beginning, from a snapshot, and in memory."""

from __future__ import annotations

from typing import Any

from simulation.folds import Folds
from simulation.invariants.base import Invariant
from simulation.process import Process
from streams.core.fold import Fold


class TablesEqualFold(Invariant):
    """Compares with the tables that the witness keeps by itself."""

    async def throughout(self) -> None:
        """Whoever folds now, with a snapshot or without, holds what the valid blocks make."""
        for name in self.world.witness.streams:
            self._same(name, self.world.folds.fold(name).fold, "a fold")

    async def at_the_end(self) -> None:
        """Reading from the beginning gives the same, and so does whoever has lived on."""
        for name in self.world.witness.streams:
            whole = Fold(self.world.codec)
            for offset, record in enumerate(self.world.topics[name]):
                whole.read(offset, record.value)
            self._same(name, whole, "a fold from the beginning")
            anew = Folds(self.world.topics, self.world.codec).fold(name).fold
            self._same(name, anew, "a fold from the last snapshot")
            self.demand(_inputs(whole) == _inputs(anew), f"{name}: inputs by snapshot differ")
            for process in self.world.processes:
                if process.stream == name:
                    self._remembers(process, whole)

    def _remembers(self, process: Process, whole: Fold) -> None:
        """Unless the dead wrote after it had folded: it finds out when it writes itself."""
        held = process.processor._writer.fold  # noqa: SLF001  its memory
        if held.chain.head_offset == whole.chain.head_offset:
            self._same(process.stream, held, f"the memory of {process.name}")
            self.demand(_inputs(held) == _inputs(whole), f"{process.name}: inputs differ")

    def _same(self, name: str, held: Fold, what: str) -> None:
        self.world.look()
        rows = self.world.witness.streams[name].rows
        same = {(table, key): value for table, key, value in held.tables} == rows
        self.demand(same, f"{what} of {name} is not what its valid blocks make")


def _inputs(held: Fold) -> tuple[Any, ...]:
    return held.positions, held.marks, held.chain
