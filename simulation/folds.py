"""Folding as a worker folds, and going on from where an earlier fold of the same bytes ended."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field

from schemas.codec import Codec
from simulation.broker import Topics
from streams.adapters.log import Folded
from streams.core.chain import NOWHERE
from streams.core.fold import Fold
from streams.core.folding import Folder, start_offset


@dataclass
class Folds:
    """Folds of chained streams. Each block is fed once for each snapshot that a fold begins at."""

    topics: Topics
    codec: Codec
    _made: dict[tuple[str, int], tuple[int, Folder]] = field(default_factory=dict)

    def fold(self, stream: str) -> Folded:
        """As a worker folds: from the snapshot that the last record names. Raises ChainBroken."""
        named = self._named(stream)
        begun = Folder(self.codec, from_snapshot=named != NOWHERE)
        fed, folder = self._made.pop((stream, named), (start_offset(named, 0), begun))
        end = len(self.topics[stream])
        for offset in range(fed, end):
            folder.feed(offset, self.topics[stream][offset].value)
        self._made[stream, named] = end, folder
        return Folded(copied(folder.fold), end, tuple(folder.unforwarded))

    def _named(self, stream: str) -> int:
        records = self.topics[stream]
        if not records:
            return NOWHERE
        return int(self.codec.decode("ledger_block", records[-1].value)["snapshot_offset"])


def copied(fold: Fold) -> Fold:
    """A fold that can go on by itself. Values of tables are shared: nobody changes them."""
    apart = copy(fold)
    apart.chain, apart.tables = copy(fold.chain), fold.tables.copied()
    apart.positions, apart.marks = dict(fold.positions), dict(fold.marks)
    return apart
