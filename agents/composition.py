"""The composition root: what each process role is made of."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from agents.calltypes import retrieval_call_type
from agents.operators import load_operators
from agents.pools.acting import Performer, as_done
from agents.pools.model import cost_of_failure, open_model_pool
from agents.pools.processes import Killable
from agents.pools.retrieval import RetrievalPool
from agents.pools.threads import Threads
from agents.pools.tool import ToolPool
from agents.prices import price_book
from agents.privacy.restoring import FromVault
from agents.privacy.vault import reading_vault
from agents.state_table import state_table
from agents.workflows import folders, load_workflows
from schemas.codec import Codec
from streams.adapters.acts import Acts, no_acts
from streams.adapters.claim_check import ClaimCheck
from streams.adapters.clients import new_producer
from streams.adapters.draining import run_then_drain
from streams.adapters.drivers import Driver, new_driver
from streams.adapters.ends import Ends
from streams.adapters.feeding import until_first_fails
from streams.adapters.fetching import Fetcher
from streams.adapters.forwarder import Forwarder
from streams.adapters.guard import Guard
from streams.adapters.health import Health
from streams.adapters.lag import Lag
from streams.adapters.log import ChainedLog
from streams.adapters.meter import Meter, exposed
from streams.adapters.parts import Decider, Limits, Parts
from streams.adapters.payloads import open_payload_store
from streams.adapters.timekeeper import Timekeeper
from streams.adapters.watchdog import Watchdog
from streams.core.claims import Claims
from streams.core.engine import Engine
from streams.core.watchdog import Patience
from streams.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiokafka import AIOKafkaProducer


POOL_KINDS = ("model", "retrieval", "tool")


def now_ms() -> int:
    """Wall-clock time in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


@cache
def identity(role: str) -> str:
    """Who this process is, on blocks and results.

    Host and process id come back, in containers at every start; the time of the start does not.
    """
    return f"{role}@{socket.gethostname()}/{os.getpid()}.{now_ms()}"


@dataclass(frozen=True, slots=True)
class Process:
    """One worker or pool process: run it until it is cancelled or fails."""

    settings: Settings
    role: str
    stream: str
    new_decider: Callable[[int], Decider]
    acts: Acts
    codec: Codec
    fetcher: Fetcher = field(default_factory=Fetcher)

    async def run(self) -> None:
        """Feed processors until cancelled. Raises what ends the process."""
        name, health = identity(self.role), Health()
        with Guard(self.settings.stall_limit_s) as guard, exposed(self.settings, health) as meter:
            producer, ends = new_producer(self.settings, name), Ends(self.settings, name)
            async with producer, ends:
                parts = self._parts(producer, name, meter)
                driver, clock = self._driver(parts), self._timekeeper(parts, ends)
                watchdog = Watchdog(driver.ownership, Lag(ends), self._patience, meter, guard)
                health.not_live, health.not_ready = watchdog.not_live, self._not_ready(watchdog)
                work = until_first_fails(driver.run(), clock.run(), watchdog.run())
                await run_then_drain(work, self.acts, self.settings.drain_limit_s)

    def _not_ready(self, watchdog: Watchdog) -> Callable[[], str]:
        return lambda: "it is ending" if self.acts.ending else watchdog.not_ready()

    @property
    def _patience(self) -> Patience:
        return Patience(self.settings.stall_limit_s, self.settings.fold_limit_s)

    def _parts(self, producer: AIOKafkaProducer, name: str, meter: Meter) -> Parts:
        log = ChainedLog(self.settings, self.codec, producer, self.stream)
        forwarder = partial(Forwarder, producer, self.settings.topic_prefix, self.stream)
        known = (self.new_decider, forwarder, self.acts, now_ms, meter, self.fetcher)
        return Parts(name, log, *known)

    def _driver(self, parts: Parts) -> Driver:
        topics = self.new_decider(0).topics
        settings = self.settings
        limits = Limits(open_runs=settings.open_runs, inbox_records=settings.inbox_records)
        return new_driver(settings, self.role, topics, parts, limits)

    def _timekeeper(self, parts: Parts, ends: Ends) -> Timekeeper:
        producer, prefix = parts.log.producer, self.settings.topic_prefix
        return Timekeeper(parts.timed, producer, prefix, self.codec, ends, now_ms, parts.name)


def worker(settings: Settings, codec: Codec) -> Process:
    """The process that decides: all states, all workflows."""
    workflows = load_workflows(settings.workflows_dir, codec)
    states, name = state_table(), identity("worker")
    operators = load_operators(settings.workflows_dir)

    def decider(partition: int) -> Decider:
        return Engine(codec, workflows, states, name, partition, operators)

    # Given up before the watchdog could take it for a stall.
    wait_s = min(settings.payload_wait_s, settings.stall_limit_s / 2)
    fetcher = Fetcher(open_payload_store(settings), wait_s)
    return Process(settings, "worker", "ledger", decider, no_acts(), codec, fetcher)


def pool(settings: Settings, codec: Codec, kind: str) -> Process:
    """The process that performs calls of one kind."""
    role = f"pool-{kind}"
    name = identity(role)
    threads = Threads()
    performer = _performer(settings, codec, kind, name, threads)
    performer = replace(performer, keep=_claim_check(settings))

    def decider(partition: int) -> Decider:
        return Claims(codec, kind, name, partition)

    limit = settings.calls_in_flight
    acts = Acts(performer.perform, limit, performer.resolve, lambda: threads.abandoned)
    threads.on_room = acts.wake
    return Process(settings, role, f"journal.{kind}", decider, acts, codec)


def _performer(
    settings: Settings, codec: Codec, kind: str, name: str, threads: Threads
) -> Performer:
    workflows = load_workflows(settings.workflows_dir, codec)
    if kind == "model":
        models = open_model_pool(settings, codec, price_book())
        return Performer(models.wire_type, models.act, cost_of_failure, now_ms, name)
    if kind == "retrieval":
        retrievers = _opened(settings, "retrieval", "open_retriever")
        readers = RetrievalPool(retrievers, retrieval_call_type(codec), threads)
        return Performer(readers.wire_type, readers.act, as_done, now_ms, name)
    tools = ToolPool(
        _opened(settings, "toolbox", "open_toolbox"), workflows, threads, _killable(settings)
    )
    known = (tools.wire_type, tools.act, as_done)
    restore = FromVault(reading_vault(settings), workflows)
    return Performer(*known, now_ms, name, tools.reconcile, restore=restore)


def _killable(settings: Settings) -> Mapping[str, Killable]:
    """Each workflow's toolbox, to be opened in a process that can be killed."""
    known, given = folders(settings.workflows_dir), settings.workflow_settings()
    return {folder.path.name: Killable(folder.path.resolve(), given) for folder in known}


def _claim_check(settings: Settings) -> ClaimCheck:
    return ClaimCheck(
        open_payload_store(settings),
        settings.inline_bytes,
        settings.max_payload_bytes,
        settings.payload_wait_s,
    )


def _opened(settings: Settings, module_name: str, opener: str) -> Mapping[str, Any]:
    """What each workflow's folder offers to this pool, opened."""
    opened = {}
    for folder in folders(settings.workflows_dir):
        module = folder.module(module_name)
        if module is not None:
            opened[folder.path.name] = getattr(module, opener)(settings.workflow_settings())
    return opened
