"""The processor of one partition: fold, decide, append, forward, act.

Inputs come from a driver in any order and any number of times. Decisions are made on
speculative state and sealed into blocks, a few of which may be on their way at once. A block
counts when Kafka acknowledges it at the expected offset: then its records are forwarded and
its acts start. Any other offset means that another writer appended: the processor drops its
speculation, folds again and lets the driver go back. A failed append or send ends the process.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from streams.adapters.brake import Brake
from streams.adapters.crash_points import CrashPoint, reached
from streams.adapters.fetching import Fetching
from streams.adapters.forwarder import Forwarder
from streams.adapters.parts import Limits, Parts, Unsure, landed_at
from streams.adapters.timing import Timing
from streams.core.claims import Finished
from streams.core.dead_letter_ratio import DeadLetterRatio, RatioLimits
from streams.core.inbox import Gap, Inbox
from streams.core.inputs import LOCAL, Input, local
from streams.core.metrics import (
    APPEND_SECONDS,
    BLOCKS,
    DUPLICATES,
    FOLD_SECONDS,
    GAPS,
    SNAPSHOT_BYTES,
)
from streams.core.writer import Sealed, Writer

if TYPE_CHECKING:
    from schemas.records import Decision
    from streams.core.draft import Draft


class Processor:
    """Decides everything of one partition, one input after another.

    `on_open` is called after each fold, when the driver must deliver from `expected()`.
    `progress` grows with each block accepted and each copy dropped.
    """

    _writer: Writer
    _forwarder: Forwarder

    def __init__(
        self,
        partition: int,
        parts: Parts,
        on_open: Callable[[int], None],
        limits: Limits | None = None,
    ) -> None:
        self.partition = partition
        self.folds = 0
        self.progress = 0
        self._parts = parts
        self._decider = parts.new_decider(partition)
        self._on_open = on_open
        self._limits = limits or Limits()
        self._inbox = Inbox(self._decider.entry)
        self.brake = Brake(self._inbox, self._limits)
        self.timing = Timing(partition, self._inbox)
        self._ratio = DeadLetterRatio(RatioLimits(parts.log.settings.dead_letter_ratio))
        self._wake = asyncio.Event()
        self._fetching = Fetching(self._decider, self._inbox, parts.fetcher, self.wake)
        self._sealed: deque[Sealed] = deque()
        self._acks: deque[asyncio.Future[Any]] = deque()

    async def run(self) -> None:
        """Fold and decide until cancelled.

        Raises Unsure, ChainBroken, TooManyDeadLetters or a client's error.
        """
        self._parts.acts.join(self.partition, self)
        self._parts.timed.add(self.timing)
        try:
            while True:
                await self._fold()
                await self._decide_until_lost()
        finally:
            self._fetching.stop()
            self._parts.timed.discard(self.timing)
            self._parts.acts.leave(self.partition, self)
            self._keep_facts()

    def deliver(self, topic: str, records: Sequence[Input]) -> Gap | None:
        """Take records of one logical topic from the driver; returns a gap to go back to."""
        known = self._inbox.duplicates
        gap = self._inbox.offer(topic, records)
        self._parts.meter.count(DUPLICATES, topic, amount=self._inbox.duplicates - known)
        self._parts.meter.count(GAPS, topic, amount=0 if gap is None else 1)
        self.wake()
        return gap

    def finished(self, fact: Finished) -> None:
        """Take the end of an act."""
        self._inbox.offer_fact(local(fact))
        self.wake()

    def wake(self) -> None:
        """Something has changed: look again."""
        self._wake.set()

    def expected(self) -> dict[str, int]:
        """The next offset wanted of each topic; empty while the partition folds."""
        return self._inbox.expected

    def skip_to(self, topic: str, offset: int) -> None:
        """The broker holds nothing of `topic` below `offset`."""
        self._inbox.skip_to(topic, offset)

    @property
    def waiting(self) -> int:
        """Inputs that wait to be decided."""
        return len(self._inbox)

    @property
    def unaccepted(self) -> int:
        """Blocks on their way."""
        return len(self._sealed)

    @property
    def quiet(self) -> bool:
        """See Owner."""
        forwarded = not self._inbox.expected or self._forwarder.quiet
        return forwarded and not self._sealed and not self._inbox.holds_facts

    async def _fold(self) -> None:
        """Read the state, forward what may not have arrived, and open the inbox."""
        self.folds += 1
        started = perf_counter()
        folded = await self._parts.log.fold(self.partition)
        fold = folded.fold
        self._parts.meter.observe(FOLD_SECONDS, perf_counter() - started)
        self._parts.meter.count(BLOCKS, "void", amount=fold.void_blocks)
        self._writer = Writer(fold, self._parts.name, folded.end_offset, fold.forwarded_through)
        self.timing.follow(fold)
        self.brake.follow(fold)
        self._forwarder = self._parts.new_forwarder(self.partition, self.wake)
        self._forwarder.forwarded_through = fold.forwarded_through
        if __debug__:
            reached(CrashPoint.FOLDED)
        for offset, block in folded.unforwarded:
            await self._forward(offset, block["decisions"])
        if __debug__:
            reached(CrashPoint.OPENED)
        running = self._parts.acts.running
        for fact in self._decider.after_fold(fold, running, self._parts.now_ms()):
            self._parts.acts.doubt(self.partition, fact.fact)
        self._inbox.open({topic: fold.next_offset(topic) for topic in self._decider.topics})
        self._on_open(self.partition)

    async def _decide_until_lost(self) -> None:
        """Decide, append and accept until a block lands where it should not."""
        self.wake()
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._raise_failures()
            if not await self._accept_what_landed():
                await self._lose()
                return
            await self._append_what_waits()

    async def _append_what_waits(self) -> None:
        while len(self._sealed) < self._limits.blocks_in_flight:
            if self._snapshot_due:
                await self._append_snapshot()
            now_ms = self._writer.time_ms(self._parts.now_ms())
            if not (drafts := self._decide_batch(now_ms)):
                return
            if __debug__:
                reached(CrashPoint.DECIDED)
            self._writer.forwarded_through = self._forwarder.forwarded_through
            await self._append(self._writer.seal(drafts, now_ms))

    @property
    def _snapshot_due(self) -> bool:
        """Not while other partitions wait to be read: runs wait for those."""
        due = self._writer.snapshot_due(self._limits.bytes_between_snapshots)
        return due and not self._parts.log.folds_wait

    async def _append_snapshot(self) -> None:
        blocks = self._writer.seal_snapshot(self._writer.time_ms(self._parts.now_ms()))
        self._parts.meter.observe(SNAPSHOT_BYTES, sum(len(sealed.value) for sealed in blocks))
        for sealed in blocks:
            await self._append(sealed)
        if __debug__:
            reached(CrashPoint.SNAPSHOT_SENT)

    def _decide_batch(self, now_ms: int) -> list[Draft]:
        """Decide what waits, up to the limits of a block, on the state as it would then be."""
        drafts: list[Draft] = []
        size_bytes = 0
        fold, acts, limits = self._writer.fold, self._parts.acts, self._limits
        while len(drafts) < limits.inputs_per_block and size_bytes < limits.bytes_per_block:
            source = self.brake.take(facts_only=acts.free <= 0)
            if source is None:
                break
            if fold.applied(source):
                self._parts.meter.count(DUPLICATES, source.topic)
                self.progress += 1
                continue
            draft = self._fetching.decide(fold, source, now_ms)
            if draft is None:
                continue
            fold.note(draft)
            self.timing.note(draft)
            self.brake.note(draft)
            acts.promise(len(draft.acts))
            size_bytes += draft.size_bytes
            drafts.append(draft)
        return drafts

    async def _append(self, sealed: Sealed) -> None:
        self._sealed.append(sealed)
        if __debug__:
            reached(CrashPoint.SEALED)
        started = perf_counter()
        ack = await self._parts.log.append(self.partition, sealed.value)
        ack.add_done_callback(partial(self._landed, started))
        self._acks.append(ack)
        if __debug__:
            reached(CrashPoint.APPENDED)
        self._parts.meter.count(BLOCKS, "appended")

    def _landed(self, started: float, _: asyncio.Future[Any]) -> None:
        self._parts.meter.observe(APPEND_SECONDS, perf_counter() - started)
        self.wake()

    async def _accept_what_landed(self) -> bool:
        """Start and forward what the acknowledged blocks decided; False when one has lost."""
        while self._acks and self._acks[0].done():
            offset = landed_at(self._acks[0])
            if __debug__:
                reached(CrashPoint.ACKNOWLEDGED)
            if not self._writer.acknowledge(self._sealed[0], offset):
                return False
            self._acks.popleft()
            sealed = self._sealed.popleft()
            self.progress += 1
            if __debug__:
                reached(CrashPoint.ACCEPTED)
            self._start(sealed)
            if __debug__:
                reached(CrashPoint.ACTS_STARTED)
            await self._forward(offset, [draft.decision for draft in sealed.drafts])
            self._parts.meter.count(BLOCKS, "accepted")
            self._parts.meter.accepted(sealed.drafts)
            self._ratio.accepted(sealed.drafts)
        return True

    async def _forward(self, offset: int, decisions: Sequence[Decision]) -> None:
        await self._forwarder.forward(offset, decisions)
        self._parts.meter.forwarded(decisions)

    def _start(self, sealed: Sealed) -> None:
        for draft in sealed.drafts:
            for call in draft.acts:
                self._parts.acts.start(self.partition, call)
                if __debug__:
                    reached(CrashPoint.ACT_STARTED)

    async def _lose(self) -> None:
        """Another writer has appended: wait for one's own blocks, then forget all speculation."""
        self._inbox.shut()
        if __debug__:
            reached(CrashPoint.BLOCK_LOST)
        await asyncio.wait(self._acks)
        for ack in self._acks:
            landed_at(ack)
        self._parts.meter.count(BLOCKS, "lost", amount=len(self._sealed))
        self._keep_facts()
        if __debug__:
            reached(CrashPoint.SPECULATION_DROPPED)

    def _keep_facts(self) -> None:
        """What was decided on local facts may be void: they are offered again after the fold."""
        for sealed in self._sealed:
            for draft in sealed.drafts:
                self._parts.acts.promise(-len(draft.acts))
                if draft.source.topic == LOCAL:
                    self._inbox.offer_fact(draft.source)
        self._sealed.clear()
        self._acks.clear()

    def _raise_failures(self) -> None:
        failure = self._forwarder.failure or self._parts.acts.failure
        if failure is not None:
            raise Unsure(f"partition {self.partition}: {failure!r}") from failure
