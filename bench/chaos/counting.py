"""The counts of a chaos run, from topics, store and warehouse; nothing is taken from a worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.chaos.effects import Effects, compare, logged_effects
from bench.chaos.evidence import Evidence, gather
from bench.chaos.meter import acts_by_call
from bench.chaos.money import billed_over_cap, caps_of, spent_over_cap
from bench.chaos.resuming import Resume, resume_ms
from sinks.warehouse.reconcile import differences
from sinks.warehouse.sink import WarehouseSink
from sinks.warehouse.store import Warehouse
from streams.core.calls import heard_by_ms
from streams.sources.verify import Verification

if TYPE_CHECKING:
    from bench.chaos.striking import Struck
    from schemas.codec import Codec
    from streams.core.contract import Contract
    from streams.sources.record import RecordSource


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted. Every count of `violations` must be zero."""

    runs: int
    faults: Mapping[str, int]
    outcomes: Mapping[str, int]
    effects: Effects
    spent_over_cap: float
    billed_over_cap: float
    warehouse_differences: Sequence[str]
    findings: Sequence[str]
    lost: Sequence[str]
    conflicting: Sequence[str]
    acted_twice: Sequence[str]
    given_up_early: Sequence[str]
    resume_ms: Mapping[str, Resume]

    @property
    def violations(self) -> dict[str, int]:
        """What must not be, by name; only what is not zero."""
        found = {
            "lost": len(self.lost),
            "conflicting": len(self.conflicting),
            "acted_twice": len(self.acted_twice),
            "given_up_early": len(self.given_up_early),
            "unaudited": len(self.effects.unaudited),
            "effects_missing": len(self.effects.missing),
            "effects_unintended": len(self.effects.unintended),
            "spent_over_cap": int(self.spent_over_cap > 1),
            "billed_over_cap": int(self.billed_over_cap > 1),
            "warehouse_differences": len(self.warehouse_differences),
            "audit_findings": len(self.findings),
        }
        return {name: count for name, count in found.items() if count}


@dataclass(frozen=True, slots=True)
class Scene:
    """Where to look, and what was published and struck. `users` are the customers by run."""

    source: RecordSource
    codec: Codec
    contract: Contract
    contract_version: str
    folder: Path
    store_url: str
    warehouse: Path
    users: Mapping[str, str]
    struck: Sequence[Struck]

    async def count(self) -> Counts:
        """Read everything and count. Raises TollwayError."""
        evidence = await gather(self.source, self.codec)
        caps = caps_of(self.contract)
        return Counts(
            runs=len(self.users),
            faults=Counter(one.fault.name for one in self.struck),
            outcomes=_kinds(evidence),
            effects=compare(evidence, logged_effects(self.store_url)),
            spent_over_cap=spent_over_cap(evidence, caps),
            billed_over_cap=billed_over_cap(evidence, self.users, caps),
            warehouse_differences=await self._warehouse_differences(),
            findings=await self._findings(),
            lost=sorted(self.users.keys() - evidence.outcomes.keys()),
            conflicting=[run for run, found in evidence.outcomes.items() if len(found) > 1],
            acted_twice=[call for call, acts in acts_by_call(self.folder).items() if acts > 1],
            given_up_early=given_up_early(evidence),
            resume_ms=resume_ms(self.struck, evidence.blocks, evidence.lives.values()),
        )

    async def _warehouse_differences(self) -> list[str]:
        """The sink goes on to the end of the ledger first: it may have been ended before."""
        sink = WarehouseSink(self.source, Warehouse(self.warehouse), self.codec)
        await sink.catch_up()
        return [str(one) for one in await differences(self.warehouse, self.source, self.codec)]

    async def _findings(self) -> list[str]:
        contracts = {self.contract_version: self.contract}
        report = await Verification(self.source, self.codec, contracts).run()
        return [str(finding) for finding in report.findings]


def given_up_early(evidence: Evidence) -> list[str]:
    """Calls given up at their deadline although their answer had reached the broker by then."""
    return [
        call_id
        for call_id in sorted(evidence.given_up)
        if call_id in evidence.calls
        and evidence.heard_at_ms.get(call_id, 2**63) <= heard_by_ms(evidence.calls[call_id])
    ]


def _kinds(evidence: Evidence) -> Mapping[str, int]:
    firsts = (next(iter(found.values())) for found in evidence.outcomes.values())
    return Counter(outcome["outcome"] for outcome in firsts)
