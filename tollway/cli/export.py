"""`tollway export`: every topic as Avro files."""

from __future__ import annotations

from pathlib import Path

import click

from streams.settings import Settings, load_settings
from tollway.running import run


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--follow", is_flag=True, help="Go on as records come, until interrupted.")
def export(folder: Path, follow: bool) -> None:
    """Copy every topic into FOLDER: one Avro file for each topic and partition.

    A second export into the same folder adds what is new. Any Avro tool reads the files; audit,
    replay and the warehouse take the folder in place of Kafka. To keep what an export holds
    together with what it proves, let it end by itself or by an interrupt.

    \b
    Examples:
      tollway export backup/2026-11
      tollway export backup/live --follow
    """
    run(_export(load_settings(), folder, follow))


async def _export(settings: Settings, folder: Path, follow: bool) -> None:
    from sinks.export import open_exporter

    async with open_exporter(settings, folder) as exporter:
        try:
            await (exporter.follow() if follow else exporter.catch_up())
        finally:
            click.echo(f"{exporter.exported} records exported to {folder}")
