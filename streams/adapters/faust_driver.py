"""The Faust driver: a Faust app whose consumer hands whole fetches to the processors.

Faust joins the group, co-partitions the topics and fetches; it holds no truth. These private
methods of faust-streaming 0.15.3 are overridden here, and its version is pinned:

* `_drain_messages` hands over whole fetches instead of two tasks a message, and drops nothing
  for reasons of flow or generation: the inbox sorts by offset.
* `perform_seek` is the one place after a rebalance whose positions Faust does not overwrite; it
  owns what was assigned, and the ledger says where to read.
* `_create_worker_consumer` sets the fetch wait.

Faust calls `perform_seek` for no empty assignment, so that one is taken from its signal.

Topics are not acknowledged, so Faust commits nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import faust
from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.transport.drivers import aiokafka as faust_aiokafka
from faust.types import TP
from mode import Service

from streams.adapters.clients import FETCH_WAIT_MS, HEARTBEAT_S
from streams.adapters.feeding import hold_back, until_first_fails
from streams.adapters.ownership import Ownership
from streams.adapters.parts import Limits, Parts
from streams.adapters.rewind import Rewinder
from streams.settings import Settings

FETCH_TIMEOUT_S = 1.0


class ConsumerThread(faust_aiokafka.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Faust's consumer thread; Faust fixes the fetch wait at 1.5 s and has no setting for it."""

    def _create_worker_consumer(self, transport: Transport) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = self.app.feeder.fetch_wait_ms  # noqa: SLF001
        return consumer

    async def hold_back(self, full: set[TopicPartition], drained: set[TopicPartition]) -> bool:
        """See `hold_back`; in this thread, to which the client belongs."""

        async def held() -> bool:
            return hold_back(self._ensure_consumer(), full, drained)

        return bool(await self.call_thread(held))


class Consumer(faust_aiokafka.Consumer):  # type: ignore[misc]  # Faust's types are partial
    """Faust's consumer, feeding an Ownership."""

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        """Own what was assigned; the processors say where to read once they have folded."""
        self.app.feeder.own(self.assignment())

    async def _drain_messages(self, fetcher: Service) -> None:
        while not (self.should_stop or fetcher.should_stop):
            if not self.flow_active:
                await self.wait(self.can_resume_flow)
                continue
            active = self._get_active_partitions()
            if not active:
                await self.sleep(0.05)
                continue
            fetched = await self._getmany(active_partitions=active, timeout=FETCH_TIMEOUT_S)
            self.app.feeder.deliver(fetched or {})
            await self.app.feeder.hold_back(self._thread)
            await asyncio.sleep(0)


class Transport(faust_aiokafka.Transport):  # type: ignore[misc]  # Faust's types are partial
    """Faust's transport with our consumer."""

    Consumer: ClassVar[type[Consumer]] = Consumer


class App(faust.App):  # type: ignore[misc]  # Faust's types are partial
    """A Faust app that knows whom its consumer feeds."""

    feeder: FaustDriver

    def _new_transport(self) -> Transport:
        return Transport(self.conf.broker_consumer, self)


class FaustDriver:
    """Feeds the processors of one process from a Faust app."""

    def __init__(
        self,
        settings: Settings,
        group: str,
        topics: Sequence[str],
        parts: Parts,
        limits: Limits,
    ) -> None:
        prefix = settings.topic_prefix
        self.fetch_wait_ms = FETCH_WAIT_MS[settings.broker_kind]
        self._topics = [prefix + topic for topic in topics]
        self._holding = False
        self._rewinder = Rewinder(self)
        self.ownership = Ownership(parts, prefix, self._rewinder.seek_soon, limits)
        self._rewinder.ownership = self.ownership
        self._app = new_app(settings, prefix + group, limits.records_per_fetch)
        self._app.feeder = self
        self._app.on_partitions_assigned.connect(self._own_nothing)
        for topic in self._topics:
            self._app.topics.add(self._app.topic(topic, value_type=bytes, acks=False))

    async def run(self) -> None:
        """Feed until cancelled. Raises what a processor or Faust raises."""
        try:
            await self._app.start()
            await until_first_fails(
                self._until_app_ends(), self._rewinder.watch_tails(), self.ownership.failed
            )
        finally:
            await self._rewinder.close()
            await self.ownership.close()
            await self._app.stop()

    def own(self, assigned: set[TP]) -> None:
        """Own what the consumer was assigned."""
        self.ownership.assign(assigned, self._topics)

    def deliver(self, fetched: Mapping[TP, Sequence[Any]]) -> None:
        """Hand over a fetch."""
        for tp, records in fetched.items():
            self.ownership.deliver(tp.topic, tp.partition, records)

    async def hold_back(self, thread: ConsumerThread) -> None:
        """Hold back topics with too much waiting.

        Faust's own pausing would not do: it no longer polls once everything is paused, so that
        its group takes it for gone, and nothing would resume.
        """
        full = self.ownership.full()
        if full or self._holding:
            self._holding = await thread.hold_back(full, self.ownership.drained())

    async def first_offsets(self, tps: list[TopicPartition]) -> Mapping[TopicPartition, int]:
        """See Cursor."""
        offsets: Mapping[TopicPartition, int] = await self._app.consumer.earliest_offsets(*tps)
        return offsets

    async def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """See Cursor. In the consumer's thread: its plain `seek` would cross threads."""
        await self._app.consumer.seek_wait({TP(*tp): at for tp, at in offsets.items()})

    async def position(self, tp: TopicPartition) -> int:
        """See Cursor."""
        return int(await self._app.consumer.position(tp) or 0)

    async def _own_nothing(self, _: App, assigned: set[TP], **__: object) -> None:
        """Others have taken all partitions, or it has joined as a spare."""
        if not assigned:
            self.own(set())

    async def _until_app_ends(self) -> None:
        await self._app.wait_until_stopped()
        reason = self._app.crash_reason
        raise RuntimeError(f"Faust stopped: {reason!r}") from reason


def new_app(settings: Settings, group: str, records_per_fetch: int) -> App:
    """A Faust app with the settings that were measured to work; each has its reason."""
    scratch = settings.data_dir / "faust"
    scratch.mkdir(parents=True, exist_ok=True)
    return App(
        group,
        broker=[f"kafka://{address}" for address in settings.bootstrap_servers.split(",")],
        broker_credentials=credentials(settings),
        datadir=str(scratch / group),
        autodiscover=False,  # consumers are built from the workflow table
        processing_guarantee="at_least_once",  # exactly_once repeats under kill -9
        table_standby_replicas=1,  # 0 selects an assignor that does not co-partition
        broker_session_timeout=settings.session_timeout_s,
        broker_max_poll_interval=settings.poll_limit_s,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_commit_interval=1.0,
        broker_commit_every=10_000,
        broker_max_poll_records=records_per_fetch,
        producer_acks=-1,
        stream_wait_empty=False,
        topic_allow_declare=False,  # topics are made by `tollway topics`, with their settings
        topic_disable_leader=True,
        web_enabled=False,
    )


def credentials(settings: Settings) -> faust.SASLCredentials | faust.SSLCredentials | None:
    """The settings' security in Faust's words; None for plain text."""
    options = settings.client_options()
    context = options.get("ssl_context")
    if "sasl_plain_username" in options:
        return faust.SASLCredentials(
            username=options["sasl_plain_username"],
            password=options["sasl_plain_password"],
            mechanism=options["sasl_mechanism"],
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)
