"""The audit of everything in a source, partition by partition.

Copies are read only as far as they went before the ledger was read, so that each finds its
block; see `order.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import RecordError, SourceDamaged
from schemas.topics import topics
from streams.core.audit.checks import Check
from streams.core.audit.claims import ClaimsAudit
from streams.core.audit.copies import CopiesAudit
from streams.core.audit.emitted import Emitted
from streams.core.audit.findings import Notes, Report
from streams.core.audit.inputs import InputsAudit
from streams.core.audit.money import Contracts, MoneyAudit
from streams.core.audit.quotes import PriceBooks, QuotesAudit
from streams.core.audit.redecide import Production, Redecision, RedecisionAudit
from streams.core.audit.runs import RunsAudit
from streams.core.audit.slices import SlicesAudit, Transfers
from streams.core.audit.stream import StreamAudit
from streams.sources.inputs import InputLookup
from streams.sources.order import LEDGER, forwarded, journals
from streams.sources.payloads import PayloadLookup
from streams.sources.record import Held, RecordSource

if TYPE_CHECKING:
    from schemas.records import LedgerBlock

FORWARDED = tuple(topic.name for topic in topics().values() if forwarded(topic))


@dataclass(slots=True)
class Verification:
    """Reads a source and reports. With `production`, every decision is made again."""

    source: RecordSource
    codec: Codec
    contracts: Contracts
    production: Production | None = None
    report: Report = field(default_factory=Report)
    books: PriceBooks = field(default_factory=dict)
    transfers: Transfers = field(default_factory=Transfers)

    async def run(self) -> Report:
        """Look at every partition. Nothing is written anywhere."""
        for partition in await self.source.partitions(LEDGER):
            await _Partition(self, partition).run()
            self.report.counts["partitions"] += 1
        self.transfers.compare()
        return self.report


@dataclass(slots=True)
class _Partition:
    """One partition number: its journals, its ledger, and the copies of what they emit."""

    all: Verification
    number: int
    streams: dict[str, Emitted] = field(default_factory=dict)
    inputs: list[InputsAudit] = field(default_factory=list)

    async def run(self) -> None:
        witnesses = {topic: (await self._held(topic)).end for topic in FORWARDED}
        held = {topic: await self._held(topic) for topic in FORWARDED}
        for stream in journals():
            await self._stream(stream, [ClaimsAudit(self._notes(stream))], None)
        await self._ledger()
        for audit in self.inputs:
            audit.trace(self.streams)
        await self._copies(held, witnesses)

    async def _ledger(self) -> None:
        notes, production = self._notes(LEDGER), self.all.production
        runs = RunsAudit(notes)
        contracts = self.all.contracts
        quotes = QuotesAudit(contracts, self.all.books, notes)
        slices = SlicesAudit(notes, self.all.transfers)
        checks: list[Check] = [MoneyAudit(contracts, notes), quotes, slices, runs]
        redecision = None if production is None else Redecision(production, self.number)
        if redecision is not None:
            checks.append(RedecisionAudit(redecision, notes))
        await self._stream(LEDGER, checks, redecision)
        notes.count("runs still open", runs.open_runs)

    async def _stream(
        self, stream: str, checks: Sequence[Check], redecision: Redecision | None
    ) -> None:
        notes = self._notes(stream)
        self.inputs.append(InputsAudit(notes))
        audit = StreamAudit(self.all.codec, notes, [*checks, self.inputs[-1]])
        self.streams[stream] = audit.emitted
        lookup = None
        if redecision is not None:
            payloads = PayloadLookup(self.all.codec, redecision.production.payloads)
            lookup = InputLookup(self.all.source, self.number, redecision.inputs, payloads)
        try:
            async for record in self.all.source.read(stream, self.number):
                if lookup is not None:
                    await self._find_inputs(lookup, audit, record.value)
                audit.feed(record.offset, record.value)
        except SourceDamaged as error:
            notes.found(audit.chain.next_offset, "unreadable", str(error))
            audit.emitted.complete = False
        audit.end()

    async def _copies(self, held: dict[str, Held], witnesses: dict[str, int]) -> None:
        audits = {
            topic: await self._copies_of(topic, held[topic], witnesses[topic])
            for topic in FORWARDED
        }
        for stream in self.streams:
            newest = max((audit.newest.get(stream, -1) for audit in audits.values()), default=-1)
            for audit in audits.values():
                audit.missing(stream, newest)

    async def _copies_of(self, topic: str, held: Held, witness_end: int) -> CopiesAudit:
        notes = self._notes(topic)
        from_the_start = held.first == 0 < held.end
        audit = CopiesAudit(self.streams, notes, from_the_start, witness_end)
        if held.first == held.end:
            return audit
        try:
            async for record in self.all.source.read(topic, self.number):
                if record.offset >= held.end:
                    break
                audit.feed(record.as_input())
        except SourceDamaged as error:
            notes.found(held.end, "unreadable", str(error))
        return audit

    async def _held(self, topic: str) -> Held:
        try:
            return await self.all.source.held(topic, self.number)
        except SourceDamaged as error:
            self._notes(topic).found(0, "unreadable", str(error))
            return Held(0, 0)

    async def _find_inputs(
        self, lookup: InputLookup, audit: StreamAudit, value: bytes | None
    ) -> None:
        """Have the inputs of a block at hand before it is looked at."""
        with suppress(RecordError):
            block = cast("LedgerBlock", self.all.codec.decode("ledger_block", value))
            if audit.chain.chain.extends(block):
                for decision in block["decisions"]:
                    await lookup.find(decision)

    def _notes(self, topic: str) -> Notes:
        return Notes(self.all.report, topic, self.number)
