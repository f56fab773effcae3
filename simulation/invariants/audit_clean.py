"""The audit finds nothing, and every decision comes out the same when it is made again."""

from __future__ import annotations

from agents.state_table import state_table
from simulation.invariants.base import Invariant
from simulation.payloads import MemoryPayloads
from streams.core.audit.redecide import Production
from streams.core.engine import Engine
from streams.sources.verify import Verification


class AuditClean(Invariant):
    """Runs the production audit, with decisions made again."""

    async def at_the_end(self) -> None:
        """Nothing is found."""
        flow, codec = self.world.flow, self.world.codec
        production = Production(
            lambda writer, partition: Engine(
                codec, {flow.name: flow}, state_table(), writer, partition
            ),
            {flow.name: flow.versions},
            MemoryPayloads(self.world.kept),
        )
        contracts = {flow.versions["contract"]: flow.contract}
        report = await Verification(self.world.source, codec, contracts, production).run()
        self.demand(report.passed, "; ".join(map(str, report.findings[:3])))
