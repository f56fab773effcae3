"""A past run, read again from the topics and the ledger: step by step, spending nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from streams.core.audit.checks import Seen
from streams.core.audit.redecide import Production, Redecided, Redecision
from streams.core.audit.runs import BEGINNING
from streams.core.fold import Fold
from streams.core.inputs import Input
from streams.sources.inputs import InputLookup
from streams.sources.order import LEDGER
from streams.sources.payloads import PayloadLookup
from streams.sources.record import RecordSource

if TYPE_CHECKING:
    from schemas.records import Decision, LedgerBlock


@dataclass(frozen=True, slots=True)
class Step:
    """One decision of a run: what it was made on, and what the engine makes of that now."""

    partition: int
    offset: int
    index: int
    block: LedgerBlock
    decision: Decision
    source: Input | None
    again: Redecided


@dataclass(frozen=True, slots=True)
class Replay:
    """Finds a run by its id, the beginning of it, or the id of its intake event."""

    source: RecordSource
    codec: Codec
    production: Production

    async def steps(self, name: str) -> dict[str, list[Step]]:
        """The steps of every run called `name`, by run id, in order."""
        found: dict[str, list[Step]] = {}
        for partition in await self.source.partitions(LEDGER):
            async for step in self._partition(partition, name):
                found.setdefault(step.decision["run_id"], []).append(step)
        return found

    async def _partition(self, partition: int, name: str) -> AsyncIterator[Step]:
        """Steps of one partition. Everything is folded, since decisions are made on tables."""
        fold, named = Fold(self.codec), set[str]()
        redecision = Redecision(self.production, partition)
        payloads = PayloadLookup(self.codec, self.production.payloads)
        lookup = InputLookup(self.source, partition, redecision.inputs, payloads)
        async for record in self.source.read(LEDGER, partition):
            value = record.value or b""
            block = cast("LedgerBlock", self.codec.decode("ledger_block", value))
            if not fold.chain.extends(block):
                continue
            fold.extend(block, value, record.offset)
            for index, decision in enumerate(block["decisions"]):
                if self._concerns(decision, name, named):
                    source = await lookup.find(decision)
                    again = redecision.compare(
                        Seen(self.codec, fold, record.offset, block, decision)
                    )
                    place = (partition, record.offset, index)
                    yield Step(*place, block, decision, source, again)
                fold.apply(decision)

    def _concerns(self, decision: Decision, name: str, named: set[str]) -> bool:
        """Whether it is about the run; an event's name is on what its first decision emits."""
        run_id, first = decision["run_id"], decision["input_topic"] == BEGINNING
        if run_id and (run_id.startswith(name) or (first and self._event_of(decision) == name)):
            named.add(run_id)
        return run_id in named

    def _event_of(self, decision: Decision) -> str | None:
        for emit in decision["emits"]:
            contract = self.codec.writer(emit["value"])
            if contract.name in {"run_state", "outcome"}:
                return str(self.codec.decode(contract.name, emit["value"])["event_id"])
        return None
