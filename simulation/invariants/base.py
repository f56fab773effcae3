"""What every invariant is given, and how it says that it is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.violation import Violation

if TYPE_CHECKING:
    from schemas.records import Call
    from simulation.witness import Decided, Landed
    from simulation.world import World


class Invariant:
    """Something that always holds. Its name is that of its file.

    Everything raises Violation. What is not overridden looks at nothing.
    """

    def __init__(self, world: World) -> None:
        self.world = world

    def decided(self, seen: Decided) -> None:
        """A decision of a valid block stands."""

    def landed(self, seen: Landed) -> None:
        """A record landed on a topic that is no chained stream."""

    def acted(self, call: Call, billed_usd_micros: int) -> None:
        """A provider acted on a call, and billed for it."""

    async def throughout(self) -> None:
        """Now and then, and before the end."""

    async def at_the_end(self) -> None:
        """Trouble is over, and all that could be done was done."""

    def demand(self, held: bool, what: str) -> None:  # noqa: FBT001  the condition itself
        """Raise Violation unless it held."""
        if not held:
            raise Violation(type(self).__module__.rsplit(".", 1)[1], what)
