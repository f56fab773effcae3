"""A sound world, copies of it, and every way to spoil a copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from schemas.topics import topics as all_topics
from streams.core.audit.findings import Report
from streams.core.audit.money import Contracts
from streams.core.audit.redecide import Production
from streams.core.chain import GENESIS
from streams.core.hashing import digest
from streams.sources.record import SourceRecord
from streams.sources.verify import Verification
from tests.builders import CODEC, PRICES, workflow
from tests.unit.sinks.world import MemorySource, Topics, World

if TYPE_CHECKING:
    from schemas.records import LedgerBlock

LEDGER = "ledger"
CONTRACTS = {"tiny@1": workflow().contract}
BOOKS = {PRICES.version: PRICES}


@cache
def sound() -> World:
    """Three runs, a snapshot, and a lost race in the middle. Take a copy of its topics."""
    world = World().run({"event_id": "a"}, {"event_id": "b", "user_id": "bob"})
    world.snapshot()
    world.lose_race()
    return world.run({"event_id": "c"})


def copied() -> Topics:
    """Its topics, free to be spoiled."""
    return {topic: list(records) for topic, records in sound().topics.items()}


async def audited(
    topics: Topics, contracts: Contracts = CONTRACTS, production: Production | None = None
) -> Report:
    """What the audit says of these topics."""
    source = MemorySource(topics)
    return await Verification(source, CODEC, contracts, production, books=BOOKS).run()


async def kinds(topics: Topics, **options: Any) -> set[str]:
    """Which kinds of findings there are."""
    return {finding.kind for finding in (await audited(topics, **options)).findings}


def block(record: SourceRecord) -> LedgerBlock:
    """The block in a record."""
    return cast("LedgerBlock", CODEC.decode("ledger_block", record.value))


def encoded(changed: LedgerBlock) -> bytes:
    """Its bytes."""
    return CODEC.encode("ledger_block", changed)


def renumbered(records: Sequence[SourceRecord]) -> list[SourceRecord]:
    """The same records with offsets that run on."""
    return [replace(record, offset=offset) for offset, record in enumerate(records)]


def flipped(record: SourceRecord, position: int, bit: int = 0) -> SourceRecord:
    """The record with one bit of its value changed."""
    value = bytearray(record.value or b"")
    value[position % len(value)] ^= 1 << bit
    return replace(record, value=bytes(value))


def forged(
    topics: Topics, change: Callable[[int, LedgerBlock], None], stream: str = LEDGER
) -> Topics:
    """A stream changed by someone who can: every block is changed, linked and forwarded anew."""
    renamed, records, head = {GENESIS: GENESIS}, [], GENESIS
    for record in topics[stream]:
        changed = deepcopy(block(record))
        if changed["previous"] == head:
            head = digest(record.value or b"")
            change(record.offset, changed)
        changed["previous"] = renamed[changed["previous"]]
        records.append(replace(record, value=encoded(changed)))
        renamed[digest(record.value or b"")] = digest(records[-1].value or b"")
    return _with_copies({**topics, stream: records}, stream)


def _with_copies(topics: Topics, stream: str) -> Topics:
    """Copies of the stream's records as they are now."""
    spoiled = dict(topics)
    for topic in all_topics():
        spoiled[topic] = [_renewed(topics, stream, record) for record in topics.get(topic, [])]
    return spoiled


def _renewed(topics: Topics, stream: str, record: SourceRecord) -> SourceRecord:
    place = record.as_input().place
    if place is None or place.stream != stream:
        return record
    decisions = block(topics[stream][place.offset])["decisions"]
    emits = [emit for decision in decisions for emit in decision["emits"]]
    if place.index >= len(emits):
        return record
    return replace(record, value=emits[place.index]["value"])
