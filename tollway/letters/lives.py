"""How runs began and ended, from the ledger: what a new run is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from streams.core.chain import Chain
from streams.sources.order import LEDGER
from streams.sources.record import RecordSource

if TYPE_CHECKING:
    from schemas.records import Decision, FinalOutcome, LedgerBlock, Outcome, RunState


@dataclass(slots=True)
class Life:
    """A run as it first travelled, and how it ended; None where the ledger does not say."""

    run: RunState | None = None
    outcome: FinalOutcome | None = None


async def read_lives(
    source: RecordSource, codec: Codec, wanted: Mapping[int, Collection[str]]
) -> dict[str, Life]:
    """The lives of runs, by id; `wanted` holds ids by ledger partition. Only valid blocks count."""
    lives: dict[str, Life] = {}
    for partition, run_ids in wanted.items():
        chain = Chain()
        async for record in source.read(LEDGER, partition):
            value = record.value or b""
            block = cast("LedgerBlock", codec.decode("ledger_block", value))
            if chain.extends(block):
                chain.advance(value, record.offset)
                for decision in block["decisions"]:
                    if decision["run_id"] in run_ids:
                        _live(codec, lives.setdefault(decision["run_id"], Life()), decision)
    return lives


def _live(codec: Codec, life: Life, decision: Decision) -> None:
    for name, value in _emitted(codec, decision):
        if name == "run_state" and life.run is None:
            life.run = cast("RunState", codec.decode(name, value))
        elif name == "outcome":
            life.outcome = cast("Outcome", codec.decode(name, value))["outcome"]


def _emitted(codec: Codec, decision: Decision) -> Iterator[tuple[str, bytes]]:
    return ((codec.writer(emit["value"]).name, emit["value"]) for emit in decision["emits"])
