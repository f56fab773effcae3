"""Which cap is in force for an account: the contract's, or what an operator has set.

Written down here a second time, beside production's rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core import tables

if TYPE_CHECKING:
    from schemas.records import ControlCommand
    from streams.core.caps import Cap

EVERYBODY = "*"


def owner_of(key: str) -> str:
    """An account's key without its window: costs are carried from one to the next."""
    return key.rsplit(tables.SEPARATOR, 1)[0]


@dataclass
class CapsInForce:
    """Takes in commands in the order in which they were decided."""

    contract: Sequence[Cap]
    _set: dict[tuple[str, str, str], tuple[int, int | None]] = field(default_factory=dict)

    def obey(self, command: ControlCommand) -> None:
        """The cap counts from now on, unless one that was given later stands already."""
        setting = command["cap"]
        if setting is not None:
            where = (command["workspace"], setting["scope"], setting["owner"])
            given_at_ms, _ = self._set.get(where, (-1, None))
            if command["issued_at_ms"] >= given_at_ms:
                self._set[where] = (command["issued_at_ms"], setting["usd_micros"])

    def in_force(self, key: str) -> int:
        """The cap of an account, in micro-USD."""
        workspace, scope, owner, *_ = key.split(tables.SEPARATOR)
        for whose in (owner, EVERYBODY):
            _, usd_micros = self._set.get((workspace, scope, whose), (-1, None))
            if usd_micros is not None:
                return usd_micros
        return min(
            cap.usd_micros
            for cap in self.contract
            if cap.scope == scope and cap.name in {None, owner}
        )
