"""What a run knows to be done is not asked of a pool again, whatever the run waited for since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.reading import calls_of, news_of
from simulation.witness import Decided

if TYPE_CHECKING:
    from simulation.world import World

NOBODY_WAITS = frozenset({"answer.late", "answer.not_awaited"})


class NothingDoneIsDoneAgain(Invariant):
    """Knows effects by their idempotency key, and which of them runs were told of."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._keys: dict[str, str] = {}
        self._done: set[str] = set()

    def decided(self, seen: Decided) -> None:
        """A run is told of an effect, or asks for one."""
        self._done.update(self._keys[call_id] for call_id in self._told(seen))
        for call in calls_of(self.world, seen):
            key = call["idempotency_key"]
            self.demand(key not in self._done, f"{call['call_id']}: {key} is done already")
            self._keys[call["call_id"]] = key

    def _told(self, seen: Decided) -> list[str]:
        told = [
            said["question"]["call_id"]
            for said in news_of(self.world, seen)
            if said["status"] == "happened" and said["question"] is not None
        ]
        if (
            seen.decision["input_topic"] == "call.results"
            and seen.decision["rule"] not in NOBODY_WAITS
        ):
            record = self.world.topics["call.results"][seen.decision["input_offset"]]
            result = self.world.codec.decode("call_result", record.value)
            told += [result["call_id"]] if result["status"] == "done" else []
        return told
