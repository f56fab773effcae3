"""While a person thinks, or the run pauses for want of money, it holds none."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.witness import Decided
from streams.core import tables

if TYPE_CHECKING:
    from simulation.world import World


class NothingHeldWhileAsking(Invariant):
    """Follows what each run has reserved and not settled."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._held: defaultdict[str, set[str]] = defaultdict(set)

    def decided(self, seen: Decided) -> None:
        """A run that asks or pauses has settled all."""
        held = self._held[seen.decision["run_id"]]
        for entry in seen.decision["spend"]:
            if entry["entry"] == "reserve":
                held.add(entry["call_id"])
            else:
                held.discard(entry["call_id"])
        for change in seen.decision["changes"]:
            if change["table"] == tables.RUNS and change["value"] is not None:
                run = self.world.codec.decode("run_entry", change["value"])
                waits = run["phase"] in {"asking", "paused"}
                self.demand(not (waits and held), f"{change['key']} waits and holds {held}")
