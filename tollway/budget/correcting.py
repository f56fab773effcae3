"""Corrections by a bill, published as commands, and what the ledger made of each.

A command's id follows from bill, call and amount, and the ledger takes a correction once: to give
it again changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from schemas.bounds import MAX_ID_CHARACTERS
from streams.core.control.commands import COMMANDS
from streams.core.control.corrections import CORRECTED, NOT_CORRECTABLE, about
from streams.core.hashing import content_hash
from tollway.budget.corrections import Correction
from tollway.budget.reading import LedgerReading, now_ms
from tollway.commands import command_of, publish

if TYPE_CHECKING:
    from schemas.records import ControlCommand, Decision
    from streams.settings import Settings

Became = Literal["corrected", "not_correctable", "on_its_way"]
"""Nothing is known yet of what is on its way."""
BECAME: dict[str, Became] = {CORRECTED: "corrected", NOT_CORRECTABLE: "not_correctable"}
LOOK_AGAIN_S = 0.2


@dataclass(frozen=True, slots=True)
class Ordered:
    """By which bill, who orders the corrections, and why."""

    bill: str
    who: str | None
    why: str


@dataclass(slots=True)
class Given:
    """The corrections that were published, and what became of each, by call id."""

    corrections: Sequence[Correction]
    became: dict[str, Became] = field(default_factory=dict)

    def of(self, call_id: str) -> Became:
        """What became of the correction of this call."""
        return self.became.get(call_id, "on_its_way")

    @property
    def all_known(self) -> bool:
        """Whether the ledger has answered each."""
        return len(self.became) == len(self.corrections)

    @property
    def corrected(self) -> frozenset[str]:
        """Calls whose cost is put right."""
        return frozenset(call for call, became in self.became.items() if became == "corrected")


def commands(corrections: Sequence[Correction], ordered: Ordered) -> list[ControlCommand]:
    """A command for each. Raises SettingError when who or why is out of bounds."""
    return [_command(each, ordered) for each in corrections]


async def correct(
    settings: Settings,
    reading: LedgerReading,
    corrections: Sequence[Correction],
    ordered: Ordered,
    wait_s: float,
) -> Given:
    """Publish, and wait up to `wait_s` seconds for the answers.

    `reading` has read the ledger to its end. Raises SettingError as `commands` does.
    """
    given = Given(corrections)
    if corrections:
        await publish(settings, reading.codec, commands(corrections, ordered))
    deadline = time.monotonic() + wait_s
    while not given.all_known and time.monotonic() < deadline:
        await _look(reading, given)
        await asyncio.sleep(LOOK_AGAIN_S)
    return given


async def _look(reading: LedgerReading, given: Given) -> None:
    reading.until_ms = now_ms()
    async for decided in reading.decisions():
        if decided.decision["input_topic"] == COMMANDS:
            _take(decided.decision, given)


def _take(decision: Decision, given: Given) -> None:
    became = BECAME.get(decision["rule"])
    for each in given.corrections:
        if became and decision["reason"].startswith(about(each.call_id, each.actual_usd_micros)):
            given.became.setdefault(each.call_id, became)


def _command(each: Correction, ordered: Ordered) -> ControlCommand:
    bill = ordered.bill[:MAX_ID_CHARACTERS]
    named = f"{bill}\0{each.call_id}\0{each.actual_usd_micros}"
    said = {"call_id": each.call_id, "actual_usd_micros": each.actual_usd_micros, "bill": bill}
    command_id = content_hash(named.encode())
    return command_of(command_id, each.workspace, ordered.who, ordered.why, correction=said)
