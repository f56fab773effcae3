"""Where all accounts stand at one moment, read from the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.codec import Codec
from streams.core.contract import Contract
from streams.sources.record import RecordSource
from tollway.budget.reading import LedgerReading, last_decided_ms
from tollway.budget.spenders import Spenders
from tollway.budget.standing import Standing, Standings, Wanted


@dataclass(frozen=True, slots=True)
class Now:
    """The rows that were asked for, at the moment that they are of."""

    at_ms: int
    rows: list[Standing]
    spenders: Spenders


async def read_now(
    source: RecordSource,
    codec: Codec,
    contracts: Mapping[str, Contract],
    at_ms: int | None,
    wanted: Wanted,
) -> Now:
    """The accounts as they stood at `at_ms`; None for the time of the last block."""
    if at_ms is None:
        at_ms = await last_decided_ms(source, codec)
    reading, spenders = LedgerReading(source, codec, at_ms), Spenders(codec, at_ms)
    async for decided in reading.decisions():
        spenders.take(decided)
    return Now(at_ms, Standings(contracts, spenders, reading.folds).rows(wanted), spenders)
