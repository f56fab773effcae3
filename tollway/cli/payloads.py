"""`tollway payloads`: what is in the payload store, and what of it nobody needs any more."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from streams.core.contract import REMEMBER_HOURS
from streams.settings import Settings, load_settings
from tollway.cli.tabular import json_option, json_text
from tollway.codecs import open_codec

if TYPE_CHECKING:
    from streams.sources.sweep import Swept


@click.group()
def payloads() -> None:
    """Read and clear the store of results that are too large for a record."""


@payloads.command()
@click.argument("content_hash", metavar="HASH")
def read(content_hash: str) -> None:
    """Write the payload with this HASH to standard output, checked.

    Records that refer to a payload name its hash: answers as payload_hash, and so does the
    evidence of a run. The bytes are Avro, as the pool wrote them.

    \b
    Example:
      tollway payloads read 5e02a1c9d4f84b0c9a7d6e1f3b2c8d90 > result.avro
    """
    from streams.adapters.payloads import open_payload_store

    store = open_payload_store(load_settings())
    click.echo(store.read(store.reference(content_hash)), nl=False)


@payloads.command()
@click.option(
    "--older-than-hours",
    type=click.IntRange(min=1),
    default=REMEMBER_HOURS,
    show_default=True,
    help="Keep what was written since.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@json_option
def sweep(older_than_hours: int, dry_run: bool, as_json: bool) -> None:
    """Delete payloads that no remembered run has taken in and that are old.

    The whole ledger is read for that. A run is remembered for as long as its contract says;
    what is deleted can no longer be read, and its run no longer be decided again.

    \b
    Examples:
      tollway payloads sweep --dry-run
      tollway payloads sweep --older-than-hours 720
    """
    swept = asyncio.run(_sweep(load_settings(), older_than_hours, dry_run))
    click.echo(json_text(asdict(swept)) if as_json else _in_words(swept, dry_run))


async def _sweep(settings: Settings, older_than_hours: int, dry_run: bool) -> Swept:
    from streams.adapters.payloads import open_payload_store
    from streams.sources.opening import open_source
    from streams.sources.sweep import payloads_in_use, sweep

    store = open_payload_store(settings)
    before = datetime.now(UTC) - timedelta(hours=older_than_hours)
    async with open_source(settings, None) as source:
        in_use = await payloads_in_use(source, open_codec(settings))
    return sweep(store, in_use, before, dry_run=dry_run)


def _in_words(swept: Swept, dry_run: bool) -> str:
    did = "would be deleted" if dry_run else "deleted"
    return (
        f"{swept.deleted} payloads with {swept.deleted_bytes} bytes {did}; "
        f"{swept.in_use} are in use and {swept.young} too young."
    )
