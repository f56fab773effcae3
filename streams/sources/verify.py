"""The audit of everything in a source, partition by partition, topic by topic.

Copies are only read as far as they went before the ledger was read, so that each finds its
block; see `order.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.codec import Codec
from schemas.errors import SourceDamaged
from schemas.topics import topics
from streams.core.audit.checks import Check
from streams.core.audit.claims import ClaimsAudit
from streams.core.audit.copies import CopiesAudit
from streams.core.audit.findings import Notes, Report
from streams.core.audit.inputs import InputsAudit
from streams.core.audit.money import Contracts, MoneyAudit
from streams.core.audit.runs import RunsAudit
from streams.core.audit.stream import StreamAudit
from streams.sources.order import LEDGER, forwarded, journals
from streams.sources.record import RecordSource

FORWARDED = tuple(topic.name for topic in topics().values() if forwarded(topic))


@dataclass(slots=True)
class Verification:
    """Reads a source and reports. Nothing is written anywhere."""

    source: RecordSource
    codec: Codec
    contracts: Contracts
    report: Report = field(default_factory=Report)

    async def run(self) -> Report:
        """Look at every partition of the ledger."""
        for partition in await self.source.partitions(LEDGER):
            self.report.counts["partitions"] += 1
            await PartitionVerification(self, partition).run()
        return self.report
