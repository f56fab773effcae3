"""What an operator has switched off is not asked for until it is switched on again."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from simulation.invariants.base import Invariant
from simulation.witness import Decided
from streams.core.control.commands import COMMANDS

if TYPE_CHECKING:
    from schemas.records import ControlCommand
    from simulation.world import World


class NothingDisabledIsCalled(Invariant):
    """Follows the switches by the commands, and looks at what is reserved."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._off: set[tuple[str, str]] = set()

    def decided(self, seen: Decided) -> None:
        """A switch, or a call."""
        if seen.decision["input_topic"] == COMMANDS:
            self._switch(seen.decision["input_offset"])
        for movement in seen.decision["spend"]:
            if movement["entry"] == "reserve":
                called = (seen.decision["workspace"], movement["name"])
                self.demand(called not in self._off, f"{called} is off, and was called")

    def _switch(self, offset: int) -> None:
        record = self.world.topics[COMMANDS][offset]
        command = cast("ControlCommand", self.world.codec.decode("control_command", record.value))
        if command["switch"] is not None:
            what = (command["workspace"], command["switch"]["name"])
            (self._off.discard if command["switch"]["enabled"] else self._off.add)(what)
