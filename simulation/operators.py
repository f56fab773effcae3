"""Operators at work: caps set and taken back, what may be called switched off and on again.

Their commands come in late, twice, and not in the order in which they were given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, cast

from schemas.control import KINDS
from simulation.broker import Record, Topics
from simulation.workflow import CHEAPER_MODEL, MODEL
from streams.core.control.commands import COMMANDS

if TYPE_CHECKING:
    from schemas.codec import Codec
    from schemas.records import ControlCommand
    from streams.core.caps import Cap

SWITCHED = ("look", "send", MODEL, CHEAPER_MODEL)
AMOUNTS = (0.0, 0.1, 0.3, 1.0, 4.0)
"""What a cap is set to, as a share of what it is in the contract."""
ON_AGAIN, BACK_TO_THE_CONTRACT = 0.6, 0.2
AGAIN, TWICE = 0.2, 0.2
"""How often a command is sent once more later, and how often it lands twice at once."""


@dataclass
class Operators:
    """They change what two workspaces may spend and call."""

    topics: Topics
    codec: Codec
    random: Random
    workspaces: Sequence[str]
    users: Sequence[str]
    caps: Sequence[Cap]
    mail: list[ControlCommand] = field(default_factory=list)
    _given: int = 0

    def order(self, now_ms: int) -> None:
        """Somebody gives a command."""
        self._given += 1
        workspace = self.random.choice(self.workspaces)
        said = self.random.choice([self._cap, self._cap, self._switch])(workspace)
        command = {
            "command_id": f"c-{self._given}",
            "workspace": workspace,
            "who": "ops",
            "why": "so it is",
            "issued_at_ms": now_ms,
            **dict.fromkeys(KINDS),
        }
        self.mail.append(cast("ControlCommand", {**command, **said}))

    def deliver(self, *, for_the_last_time: bool = False) -> None:
        """The gateway takes in a command, not always the oldest first; perhaps once more later."""
        command = self.mail.pop(self.random.randrange(len(self.mail)))
        if not for_the_last_time and self.random.random() < AGAIN:
            self.mail.append(command)
        record = Record(
            command["workspace"].encode(), self.codec.encode("control_command", command)
        )
        copies = 2 if self.random.random() < TWICE else 1
        self.topics[COMMANDS].extend([record] * copies)

    def _cap(self, workspace: str) -> dict[str, Any]:
        cap = self.random.choice(self.caps)
        owners = {"user": self.users, "workspace": [workspace], "tool": [cap.name]}
        back = self.random.random() < BACK_TO_THE_CONTRACT
        amount = int(self.random.choice(AMOUNTS) * cap.usd_micros)
        setting = {
            "scope": cap.scope,
            "owner": self.random.choice([*owners.get(cap.scope, ()), "*"]),
            "window": cap.window,
            "time_zone": cap.time_zone,
            "name": cap.name,
            "usd_micros": None if back else amount,
        }
        return {"cap": setting}

    def _switch(self, _: str) -> dict[str, Any]:
        on = self.random.random() < ON_AGAIN
        name, everywhere = self.random.choice(SWITCHED), {"workflow": None, "state": None}
        return {"switch": {"name": name, "enabled": on, **everywhere}}
