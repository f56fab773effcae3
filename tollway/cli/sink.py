"""`tollway sink`: where the ledger lands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.settings import load_settings
from tollway.cli.tabular import path_option, warehouse_path
from tollway.codecs import open_codec
from tollway.running import run

if TYPE_CHECKING:
    from sinks.warehouse.sink import WarehouseSink


@click.group()
def sink() -> None:
    """Carry the ledger to where people ask about it."""


@sink.command()
@path_option
@click.option("--export", type=click.Path(path_type=Path), help="Read an export, then end.")
@click.option("--once", is_flag=True, help="Go up to the present end of the ledger, then end.")
def warehouse(path: Path | None, export: Path | None, once: bool) -> None:
    """Keep the warehouse up to date, until interrupted.

    Rows and positions are committed together, so it may be ended and started at any time. One at
    a time; `tollway sql` and others read while it writes. A deleted warehouse is rebuilt.

    \b
    Examples:
      tollway sink warehouse
      tollway sink warehouse --export backup/2026-11 --path rebuilt.duckdb
    """
    run(_warehouse(warehouse_path(path), export, once))


async def _warehouse(path: Path, export: Path | None, once: bool) -> None:
    from sinks.warehouse.sink import WarehouseSink
    from sinks.warehouse.store import Warehouse
    from streams.adapters.health import Health, nothing_wrong
    from streams.adapters.meter import exposed
    from streams.sources.opening import open_source

    settings = load_settings()
    with exposed(settings, Health(not_ready=nothing_wrong)) as meter:
        async with open_source(settings, export) as source:
            landing = WarehouseSink(source, Warehouse(path), open_codec(settings), meter)
            await _land(landing, path, follow=not (once or export))


async def _land(landing: WarehouseSink, path: Path, *, follow: bool) -> None:
    try:
        await (landing.follow() if follow else landing.catch_up())
    finally:
        click.echo(f"{landing.taken} blocks of the ledger taken into {path}")
