"""Every question is asked once and ends once, and then nothing more becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.reading import news_of
from simulation.witness import Decided

if TYPE_CHECKING:
    from schemas.records import Approval
    from simulation.world import World

GO_ON = frozenset({"agreed", "escalated"})


class QuestionsEndOnce(Invariant):
    """Follows each question."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._open: set[str] = set()
        self._ended: set[str] = set()

    def decided(self, seen: Decided) -> None:
        """What is said of it follows on what was said before."""
        for said in news_of(self.world, seen):
            if said["status"] != "refused":
                self._follow(said)

    def _follow(self, said: Approval) -> None:
        question, status = said["approval_id"], said["status"]
        if status == "asked":
            known = question in self._open | self._ended
            self.demand(not known, f"{question} is asked a second time")
            self._open.add(question)
            return
        self.demand(question in self._open, f"{question} is {status}, and is not open")
        if status not in GO_ON:
            self._open.remove(question)
            self._ended.add(question)

    async def at_the_end(self) -> None:
        """None is open."""
        self.demand(not self._open, f"still open: {self._open}")
