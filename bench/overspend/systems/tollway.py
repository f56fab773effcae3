"""Tollway as it is deployed: gateway, workers and a model pool as processes, on real Kafka."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import uuid4

from agents.gateway import partition_of
from agents.workflows import WorkflowFolder
from bench.chaos.stack import OwnBroker, kafka
from bench.errors import InvalidMeasurement
from bench.overspend.cells import Cell, Fault
from bench.overspend.contesting import RunCell, Venue
from bench.overspend.judging import Verdict, cap_usd_micros, judge
from bench.overspend.striking import Stroke, all_billed, loaded, prepare
from bench.overspend.systems import tollway_ledger, tollway_workflows
from bench.overspend.systems.tollway_runs import CODEC, Asks, Runs, open_runs
from bench.overspend.systems.tollway_strokes import Strokes
from bench.servers.kafka import version
from schemas.errors import ContractError
from streams.settings import Settings
from streams.sources.opening import open_source
from tollway.stack.roles import Role
from tollway.stack.supervisor import Supervisor
from tollway.topics import ensure_all_topics

PARTITIONS = 4
CALLS_IN_FLIGHT = 256
WARM_UP = Cell("warm-up", 1_000_000, 1, "none")


@dataclass(frozen=True, slots=True)
class Tollway:
    """Tollway with so many workers. Its cells share one deployment and differ in workspace."""

    workers: int
    cells: Sequence[Cell]

    @property
    def name(self) -> str:
        """Its name in the results."""
        return "tollway" if self.workers == 1 else f"tollway-{self.workers}"

    @property
    def settings(self) -> Mapping[str, str]:
        """What it is tried with."""
        return {
            "processes": f"gateway, {self.workers} worker(s), model pool",
            "Kafka": f"{version()}, {PARTITIONS} partitions, 1 replica",
            "cap": "scope workspace, window day, in the contract",
            "calls in flight of the pool": str(CALLS_IN_FLIGHT),
        }

    def unavailable(self) -> str | None:
        """It is here."""
        return None

    def not_applicable(self, fault: Fault) -> str | None:  # noqa: ARG002
        """Every fault has a meaning."""
        return None

    @asynccontextmanager
    async def running(self, venue: Venue) -> AsyncIterator[RunCell]:
        """Broker and processes for all cells."""
        folder = venue.folder / self.name
        (folder / "workflows").mkdir(parents=True)
        priced = [cell for cell in self.cells if cell.fault != "unpriced"]
        tollway_workflows.write(folder / "workflows", [*priced, WARM_UP])
        with kafka(venue.data_dir) as (address, broker):
            settings = _settings(venue, folder, address)
            await ensure_all_topics(settings)
            with Supervisor(settings, folder / "logs") as stack:
                stack.start(self._roles)
                async with open_runs(settings, stack.check) as runs:
                    yield _Deployment(venue, folder, settings, stack, broker, runs).run_cell

    @property
    def _roles(self) -> Sequence[Role]:
        return (
            Role("gateway", ("gateway",)),
            Role("worker", ("worker",), self.workers),
            Role("pool-model", ("pool", "model")),
        )


@dataclass(frozen=True, slots=True)
class _Deployment:
    """A deployment that runs."""

    venue: Venue
    folder: Path
    settings: Settings
    stack: Supervisor
    broker: OwnBroker | None
    runs: Runs

    async def run_cell(self, cell: Cell) -> Verdict:
        """Try one cell."""
        if cell.fault == "unpriced":
            return self._unpriced(cell)
        await self._warm_up(cell.account)
        await prepare(self.venue.provider, cell)
        deliveries = 2 if cell.fault == "redelivery" else 1
        workflow = tollway_workflows.name_of(cell)
        asks = Asks(self.runs, workflow, cell.account, cell.account, deliveries)
        load = await loaded(self.venue.provider, cell, asks, self._stroke(cell))
        await all_billed(self.venue.provider, cell.account)
        async with open_source(self.settings, None) as source:
            partition = partition_of(cell.account, PARTITIONS)
            decided = await tollway_ledger.decided(source, CODEC, partition, cell.account)
            asked = await tollway_ledger.asked_at_ms(source, partition)
        log = tollway_ledger.fold(decided, cap_usd_micros(cell))
        return judge(
            cell,
            load.answers,
            self.venue.provider.bills(cell.account),
            tollway_ledger.admissions_ms(decided, asked),
            refused_affordable=log.refused_affordable,
            notes=load.notes(),
            details={
                "refused_by_gate": log.refused,
                "admitted": log.admitted,
                "violations": log.violations,
                "admitted_after_violation": log.admitted_after_violation,
            },
        )

    async def _warm_up(self, workspace: str) -> None:
        """One run on the cell's partition, so that the cell begins with all in order."""
        wanted = partition_of(workspace, PARTITIONS)
        names = (f"warm-up.{workspace}.{number}" for number in count())
        near = next(name for name in names if partition_of(name, PARTITIONS) == wanted)
        answer = await Asks(self.runs, tollway_workflows.name_of(WARM_UP), "warm-up", near).ask(0)
        if answer.kind != "served":
            raise InvalidMeasurement(f"the run before the cell was {answer.kind}: {answer.reason}")

    def _stroke(self, cell: Cell) -> Stroke | None:
        strokes = Strokes(self.stack, self.settings, self.folder, self.broker)
        return strokes.of(cell.fault)

    def _unpriced(self, cell: Cell) -> Verdict:
        """A contract that names a model without a price is not accepted, so nothing can start."""
        folder = self.folder / "refused"
        tollway_workflows.write(folder, [cell])
        try:
            WorkflowFolder(folder / tollway_workflows.name_of(cell)).load(CODEC)
        except ContractError as error:
            reason = str(error).rpartition(": ")[2] or str(error)
            note = f"the contract is refused before anything starts: {reason}"
            return judge(cell, [], [], [], refused_affordable=0, notes=[note])
        raise InvalidMeasurement("a contract with an unpriced model was accepted")


def _settings(venue: Venue, folder: Path, address: str) -> Settings:
    key = folder / "api_key"
    key.write_text("none", "utf-8")
    return Settings(
        bootstrap_servers=address,
        topic_prefix=f"contest-{uuid4().hex[:8]}.",
        partitions=PARTITIONS,
        replication=1,
        data_dir=folder,
        workflows_dir=folder / "workflows",
        model_base_url=venue.provider.base_url,
        model_api_key_file=key,
        calls_in_flight=CALLS_IN_FLIGHT,
    )
