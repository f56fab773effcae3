"""What a processor is made of: its decider, its log, its acts, its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from schemas.errors import TollwayError
from streams.adapters.acts import Acts
from streams.adapters.fetching import Fetcher
from streams.adapters.log import ChainedLog
from streams.adapters.meter import Meter
from streams.adapters.timekeeper import Timed
from streams.core.draft import Draft
from streams.core.fold import Fold
from streams.core.inputs import Input

if TYPE_CHECKING:
    import asyncio

    from streams.adapters.forwarder import Forwarder


class Unsure(TollwayError):
    """An append or a send failed: what Kafka holds is unknown, and only a fresh fold can tell."""


class Decider(Protocol):
    """Makes decisions: the worker's engine, or a pool's claims."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The logical topics whose records it decides."""

    @property
    def entry(self) -> str:
        """The one of them whose records begin runs; empty when none does."""

    def decide(self, fold: Fold, source: Input, now_ms: int) -> Draft:
        """A sealed decision. Raises PayloadWanted."""

    def after_fold(self, fold: Fold, running: Iterable[str], now_ms: int) -> list[Input]:
        """Facts that a fresh fold brings to light, given the calls that run in this process."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a processor takes at once."""

    inputs_per_block: int = 256
    bytes_per_block: int = 512 * 1024
    blocks_in_flight: int = 2
    bytes_between_snapshots: int = 4 * 1024 * 1024
    open_runs: int = 1_000
    """So many runs of a partition may be under way; more wait on their topic."""
    inbox_records: int = 4_000
    inbox_bytes: int = 16 * 1024 * 1024
    """Above either a topic is held back; it goes on once both are below a quarter."""

    @property
    def records_per_fetch(self) -> int:
        """A fetch goes above `inbox_records` by no more than itself."""
        return min(2_000, self.inbox_records)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the processors of one process share, but for the decider of each partition."""

    name: str
    log: ChainedLog
    new_decider: Callable[[int], Decider]
    new_forwarder: Callable[[int, Callable[[], None]], Forwarder]
    acts: Acts
    now_ms: Callable[[], int]
    meter: Meter = field(default_factory=Meter)
    fetcher: Fetcher = field(default_factory=Fetcher)
    timed: set[Timed] = field(default_factory=set)


def landed_at(ack: asyncio.Future[Any]) -> int:
    """Where a block landed. Raises Unsure when nobody knows."""
    try:
        return int(ack.result().offset)
    except Exception as error:
        raise Unsure(f"an append to the ledger failed: {error!r}") from error
