"""A question that was denied or has expired never lets its call through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.reading import call_number, calls_of, news_of
from simulation.witness import Decided
from streams.core.hashing import content_hash

if TYPE_CHECKING:
    from simulation.world import World


class NoStaysNo(Invariant):
    """Knows what was denied: the call with exactly its arguments."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._denied: set[tuple[str, str, str]] = set()

    def decided(self, seen: Decided) -> None:
        """The call does not leave, neither at once nor later."""
        for said in news_of(self.world, seen):
            asked = said["question"]
            if asked is not None and said["status"] in {"denied", "expired"}:
                number = call_number(asked["call_id"])
                self._denied.add((number, asked["name"], asked["arguments_hash"]))
        for call in calls_of(self.world, seen):
            number, arguments_hash = call_number(call["call_id"]), content_hash(call["arguments"])
            denied = (number, call["name"], arguments_hash) in self._denied
            self.demand(not denied, f"{call['call_id']} was denied, and leaves")
