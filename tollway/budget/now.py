"""Where all accounts stand at one moment, read from the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.codec import Codec
from streams.core.slices.inbox import shared_caps
from streams.core.workflow import Workflow
from streams.sources.record import RecordSource
from tollway.budget.reading import LedgerReading, last_decided_ms
from tollway.budget.shared import SharedStanding, shared_standings
from tollway.budget.spenders import Spenders
from tollway.budget.standing import Standing, Standings, Wanted


@dataclass(frozen=True, slots=True)
class Now:
    """The rows that were asked for, at the moment that they are of."""

    at_ms: int
    rows: list[Standing]
    spenders: Spenders
    shared: list[SharedStanding] = field(default_factory=list)


async def read_now(
    source: RecordSource,
    codec: Codec,
    workflows: Mapping[str, Workflow],
    at_ms: int | None,
    wanted: Wanted,
) -> Now:
    """The accounts as they stood at `at_ms`; None for the time of the last block."""
    if at_ms is None:
        at_ms = await last_decided_ms(source, codec)
    reading, spenders = LedgerReading(source, codec, at_ms), Spenders(codec, at_ms)
    async for decided in reading.decisions():
        spenders.take(decided)
    contracts = {name: flow.contract for name, flow in workflows.items()}
    rows = Standings(contracts, spenders, reading.folds).rows(wanted)
    shared = shared_standings(shared_caps(workflows), reading.folds, at_ms)
    return Now(at_ms, rows, spenders, shared)
