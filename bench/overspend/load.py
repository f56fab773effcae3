"""The load, the same for every system: callers who come back until nobody is served any more.

In a round each caller asks, again and again, until it is refused. When all have been, the next
round begins: money that was only held may have come free. A round in which nobody was served is
the last.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

FAILED_PAUSE_S = 0.2
"""Before a caller whose call failed asks again."""
NEVER_STOPPED = "did not stop: no more was asked for"
REASON_CHARACTERS = 150
BETWEEN_ROUNDS_S = 2.0
"""Time for a system that settles after it has answered."""
CALLERS_AGAIN = 8
"""In the rounds after the first, at the most: they look for what is left."""


Kind = Literal["served", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Answer:
    """How one ask ended. Times are wall-clock, in milliseconds."""

    ask: int
    kind: Kind
    asked_at_ms: float
    ended_at_ms: float
    reason: str = ""


class System(Protocol):
    """Where calls are asked for."""

    async def ask(self, number: int) -> Answer:
        """Ask for one call and wait for how it ends. Raises TollwayError."""


@dataclass(slots=True)
class Load:
    """Offers asks to a system, `most_asks` at the most."""

    system: System
    in_flight: int
    most_asks: int
    answers: list[Answer] = field(default_factory=list)
    _numbers: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = iter(range(self.most_asks))

    async def run(self) -> None:
        """Offer until a round serves nobody or the asks are used up."""
        callers = self.in_flight
        while await self._round(callers):
            callers = min(self.in_flight, CALLERS_AGAIN)
            await asyncio.sleep(BETWEEN_ROUNDS_S)

    @property
    def ran_out(self) -> bool:
        """Whether it ended because all asks were made, and not because of refusals."""
        return len(self.answers) >= self.most_asks

    def notes(self) -> list[str]:
        """What a reader must know to judge the figures."""
        reasons = Counter(one.reason for one in self.answers if one.kind == "failed")
        failed = [
            f"{reasons.total()} failed, mostly: {_short(reason)}"
            for reason, _ in reasons.most_common(1)
        ]
        return [NEVER_STOPPED, *failed] if self.ran_out else failed

    async def _round(self, callers: int) -> bool:
        begun = len(self.answers)
        await asyncio.gather(*(self._caller() for _ in range(callers)))
        return any(answer.kind == "served" for answer in self.answers[begun:])

    async def _caller(self) -> None:
        for number in self._numbers:
            answer = await self.system.ask(number)
            self.answers.append(answer)
            if answer.kind == "refused":
                return
            if answer.kind == "failed":
                await asyncio.sleep(FAILED_PAUSE_S)


def _short(reason: str) -> str:
    """Its beginning and its end, on one line that a table may hold."""
    text = " ".join(reason.replace("|", "/").split())
    if len(text) <= 2 * REASON_CHARACTERS:
        return text
    return f"{text[:REASON_CHARACTERS]} ... {text[-REASON_CHARACTERS:]}"


def now_ms() -> float:
    """Wall-clock time, as the provider's meter has it."""
    return time.time_ns() / 1e6
