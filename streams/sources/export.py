"""An export as a source: a folder that holds `<topic>/<partition>.avro`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from streams.sources import container
from streams.sources.record import Held, SourceRecord

SUFFIX = ".avro"


def export_file(folder: Path, topic: str, partition: int) -> Path:
    """Where an export keeps a partition."""
    return folder / topic / f"{partition}{SUFFIX}"


@dataclass(frozen=True, slots=True)
class ExportSource:
    """Reads an export. Every method raises SourceDamaged when a file does not decode."""

    folder: Path

    async def partitions(self, topic: str) -> list[int]:
        """The partitions of a topic that the export has."""
        return sorted(int(path.stem) for path in (self.folder / topic).glob(f"*{SUFFIX}"))

    async def held(self, topic: str, partition: int) -> Held:
        """Which offsets the export has."""
        return container.held(export_file(self.folder, topic, partition))

    async def read(
        self, topic: str, partition: int, from_offset: int = 0
    ) -> AsyncIterator[SourceRecord]:
        """The records from an offset on, in the order of the file."""
        for record in container.read(export_file(self.folder, topic, partition)):
            if record.offset >= from_offset:
                yield record
