"""The desk of one operator: what is done with a letter is published, and then on record."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.codec import Codec
from schemas.errors import LetterRefused
from streams.settings import Settings
from tollway.letters.names import Name
from tollway.letters.reading import ACTIONS, Held
from tollway.letters.redriving import PUBLIC, Publication

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from schemas.records import OperatorAction

REDRIVE, DROP = "redrive", "drop"
NOTHING = Publication(None, None)


def operator() -> str:
    """Who runs this command, as the operating system has it."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def refuse_handled(held: Held, *, again: bool) -> None:
    """Raises LetterRefused for a letter that something was done with, unless `again`."""
    if held.actions and not again:
        last = held.actions[-1]
        raise LetterRefused(
            f"{held.name}: {last['who']} has done '{last['action']}' with it already "
            f"({last['why']}); give --again to do it all the same"
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """Acts for one operator, for one reason.

    A re-driven event is published before the action is recorded, so a crash between the two
    leaves the letter open: re-driven once more it is the same run.
    """

    settings: Settings
    codec: Codec
    producer: AIOKafkaProducer
    who: str
    why: str
    now_ms: Callable[[], int]

    async def redrive(self, name: Name, publication: Publication) -> None:
        """Publish on the public topic, and record it."""
        await self.producer.send_and_wait(
            self.settings.topic_prefix + PUBLIC,
            publication.value,
            key=publication.key,
            headers=list(publication.headers),
        )
        await self._record(REDRIVE, name, publication)

    async def drop(self, name: Name) -> None:
        """Record that nothing will be done."""
        await self._record(DROP, name, NOTHING)

    async def _record(self, action: str, name: Name, publication: Publication) -> None:
        done: OperatorAction = {
            "action": action,
            "topic": name.topic,
            "partition": name.partition,
            "offset": name.offset,
            "event_id": publication.event_id,
            "run_id": publication.run_id,
            "who": self.who,
            "why": self.why,
            "done_at_ms": self.now_ms(),
        }
        value = self.codec.encode("operator_action", done)
        await self.producer.send_and_wait(self.settings.topic_prefix + ACTIONS, value)
