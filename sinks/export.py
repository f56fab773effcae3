"""The exporter: every topic into Avro files, from where the files end to where Kafka ends."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import math
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from schemas.errors import SettingError
from streams.settings import Settings
from streams.sources import container
from streams.sources.export import export_file
from streams.sources.kafka import partitions_by_topic, source_record, started_reader
from streams.sources.order import reading_order

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, ConsumerRecord

LOCK_FILE = ".lock"
IDLE_S = 0.2
"""Between two looks; the in-memory broker keeps only some megabytes of a partition."""
LOOK_EVERY_S = 5.0
"""Between two looks for topics and partitions that are new."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Exporter:
    """Appends what is new. The files themselves say how far they go."""

    settings: Settings
    folder: Path
    reader: AIOKafkaConsumer
    exported: int = 0
    _next: dict[TopicPartition, int] = field(default_factory=dict)
    _looked_at: float = -math.inf

    async def catch_up(self) -> int:
        """Export up to the present end of every topic; returns how many records that were.

        Each group of topics is finished before the end of the next is looked up, so that every
        copy comes with its block.
        """
        before = self.exported
        if time.monotonic() - self._looked_at > LOOK_EVERY_S:
            await self._find_partitions()
        for group in reading_order():
            await self._catch_up_with(group)
        return self.exported - before

    async def follow(self) -> None:
        """Export until cancelled, then once more up to the end."""
        try:
            while True:
                if await self.catch_up() == 0:
                    await asyncio.sleep(IDLE_S)
        except asyncio.CancelledError:
            await self._last_catch_up()
            raise

    async def _last_catch_up(self) -> None:
        """Up to the end if the source still answers; what is missing then comes next time."""
        try:
            await self.catch_up()
        except Exception as error:  # noqa: BLE001  it is ending anyway
            log.warning("the export ends before the end of its source: %s", error)

    async def _find_partitions(self) -> None:
        """Take up partitions that were not there before, each from where its file ends."""
        there = await partitions_by_topic(self.reader)
        named = [self.settings.topic_prefix + topic for group in reading_order() for topic in group]
        found = {TopicPartition(name, number) for name in named for number in there.get(name, ())}
        self._looked_at = time.monotonic()
        new = sorted(found - self._next.keys())
        for at in new:
            container.mend(self._file(at))
            self._next[at] = container.held(self._file(at)).end
        if new:
            self.reader.assign(list(self._next))
            for at, offset in self._next.items():
                self.reader.seek(at, offset)

    async def _catch_up_with(self, group: Sequence[str]) -> None:
        named = {self.settings.topic_prefix + topic for topic in group}
        partitions = [at for at in self._next if at.topic in named]
        if not partitions:
            return
        ends = await self.reader.end_offsets(partitions)
        while behind := [at for at in partitions if await self.reader.position(at) < ends[at]]:
            for at, records in (await self.reader.getmany(*behind, timeout_ms=1000)).items():
                self._append(at, [record for record in records if record.offset < ends[at]])
                if records[-1].offset >= ends[at]:
                    self.reader.seek(at, ends[at])

    def _append(self, at: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        if not records:
            return
        if records[0].offset > self._next[at]:
            lost = f"{self._next[at]} to {records[0].offset - 1}"
            log.error("%s/%s: Kafka no longer holds offsets %s", at.topic, at.partition, lost)
        topic = self._logical(at)
        container.append(self._file(at), [source_record(topic, record) for record in records])
        self._next[at] = records[-1].offset + 1
        self.exported += len(records)

    def _file(self, at: TopicPartition) -> Path:
        return export_file(self.folder, self._logical(at), at.partition)

    def _logical(self, at: TopicPartition) -> str:
        return str(at.topic).removeprefix(self.settings.topic_prefix)


@asynccontextmanager
async def open_exporter(settings: Settings, folder: Path) -> AsyncIterator[Exporter]:
    """An exporter into `folder`. Raises SettingError when another one is writing there."""
    with _alone(folder):
        reader = await started_reader(settings, "export")
        try:
            yield Exporter(settings, folder, reader)
        finally:
            await reader.stop()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingError(f"another export into {folder} is running; wait or end it") from None
        yield
