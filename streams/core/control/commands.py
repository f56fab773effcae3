"""A command of an operator, decided in its workspace: who, what and why stand on the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.control import kind_of
from streams.core.control import caps, corrections, switches
from streams.core.draft import Draft

if TYPE_CHECKING:
    from schemas.records import ControlCommand

COMMANDS = "control.commands"

Handler = Callable[[Draft, "ControlCommand", int], None]
HANDLERS: Mapping[str, Handler] = {
    "cap": caps.set_cap,
    "switch": switches.switch,
    "correction": corrections.correct,
}


@dataclass(frozen=True, slots=True)
class Commands:
    """Takes commands in."""

    codec: Codec

    def obey(self, draft: Draft, now_ms: int) -> None:
        """The one thing that the command says. Raises NonConforming when it says none or more."""
        command = cast("ControlCommand", self.codec.decode("control_command", draft.source.value))
        draft.workspace = command["workspace"]
        HANDLERS[kind_of(command)](draft, command, now_ms)
