"""Workers fetch the payload of an answer before they decide on it.

The decision says which payload it wants. Its input is held back, with those behind it on its
topic, until the payload is there; inputs of other topics go on. What cannot be had in time is
decided without: the answer becomes a dead letter that says why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from schemas.errors import PayloadUnavailable
from streams.core.inputs import Input
from streams.core.payloads import NoPayloads, Payloads, PayloadWanted, Reference

if TYPE_CHECKING:
    from streams.adapters.parts import Decider
    from streams.core.draft import Draft
    from streams.core.fold import Fold
    from streams.core.inbox import Inbox

FIRST_DELAY_S, LONGEST_DELAY_S = 0.1, 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches payloads, trying again for at most `wait_s`."""

    payloads: Payloads = field(default_factory=NoPayloads)
    wait_s: float = 0.0

    async def completed(self, source: Input, reference: Reference) -> Input:
        """The input with its payload, or with the reason why there is none."""
        delay_s, deadline = FIRST_DELAY_S, asyncio.get_running_loop().time() + self.wait_s
        why = ""
        while True:
            try:
                return replace(source, payload=await self._get(reference, deadline))
            except PayloadUnavailable as error:
                silent = isinstance(error.__cause__, TimeoutError)
                why = why if why and silent else error.reason  # what it said before says more
                left_s = deadline - asyncio.get_running_loop().time()
                if left_s <= delay_s:  # with the last reason, and no try that has no time
                    log.warning("%s offset %s: %s; given up", source.topic, source.offset, error)
                    return replace(source, no_payload=why)
                log.warning("%s offset %s: %s; tried again", source.topic, source.offset, error)
                await asyncio.sleep(delay_s)
                delay_s = min(2 * delay_s, LONGEST_DELAY_S)

    async def _get(self, reference: Reference, deadline: float) -> bytes:
        try:
            async with asyncio.timeout_at(deadline):
                return await self.payloads.get(reference)
        except TimeoutError as error:
            reason = f"payload {reference.content_hash}: the payload store does not answer"
            raise PayloadUnavailable("", reason) from error


class Fetching:
    """Makes the decisions of one partition, with the payloads that they want."""

    def __init__(
        self, decider: Decider, inbox: Inbox, fetcher: Fetcher, wake: Callable[[], None]
    ) -> None:
        self._decider = decider
        self._inbox = inbox
        self._fetcher = fetcher
        self._wake = wake
        self._tasks: set[asyncio.Task[None]] = set()

    def decide(self, fold: Fold, source: Input, now_ms: int) -> Draft | None:
        """The decision; None while its payload is on its way."""
        try:
            return self._decider.decide(fold, source, now_ms)
        except PayloadWanted as wanted:
            self._inbox.hold(source)
            task = asyncio.create_task(self._fetch(source, wanted.reference))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return None

    def stop(self) -> None:
        """Fetch nothing any more."""
        for task in self._tasks:
            task.cancel()

    async def _fetch(self, source: Input, reference: Reference) -> None:
        self._inbox.release(await self._fetcher.completed(source, reference))
        self._wake()
