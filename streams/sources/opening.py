"""Opening the source that a command was told to read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from schemas.errors import SettingError
from streams.settings import Settings
from streams.sources.export import SUFFIX, ExportSource
from streams.sources.kafka import KafkaSource
from streams.sources.record import RecordSource


def open_export(folder: Path) -> ExportSource:
    """The export in a folder. Raises SettingError when there is none."""
    if not any(folder.glob(f"*/*{SUFFIX}")):
        raise SettingError(f"{folder} holds no export; 'tollway export {folder}' makes one")
    return ExportSource(folder)


@asynccontextmanager
async def open_source(settings: Settings, export: Path | None) -> AsyncIterator[RecordSource]:
    """The export in folder `export`, or Kafka when there is none.

    Raises SettingError when the folder holds no export.
    """
    if export is not None:
        yield open_export(export)
        return
    source = KafkaSource(settings)
    try:
        yield source
    finally:
        await source.close()
