"""`tollway outcomes`: how runs ended, as they end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click
import orjson

from streams.adapters.clients import new_reader
from streams.settings import load_settings
from tollway.codecs import open_codec

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from schemas.codec import Codec
    from streams.settings import Settings

TOPIC = "outcomes"


@click.command()
@click.option("--follow", is_flag=True, help="Go on as new outcomes come.")
@click.option("--limit", type=int, help="Stop after so many.")
def outcomes(follow: bool, limit: int | None) -> None:
    """Print outcomes from the topic, one JSON object a line, each run once.

    \b
    Examples:
      tollway outcomes
      tollway outcomes --follow --limit 1
    """
    settings = load_settings()
    try:
        asyncio.run(_print(settings, open_codec(settings), follow, limit))
    except KeyboardInterrupt:
        click.echo("", err=True)


async def _print(settings: Settings, codec: Codec, follow: bool, limit: int | None) -> None:
    reader = new_reader(settings, "tollway-outcomes")
    reader.subscribe([settings.topic_prefix + TOPIC])
    await reader.start()
    try:
        ends = await _ends(reader)
        seen: set[str] = set()
        while (limit is None or len(seen) < limit) and (follow or await _before(reader, ends)):
            for records in (await reader.getmany(timeout_ms=250)).values():
                for record in records:
                    _echo(codec.decode("outcome", record.value), seen, limit)
    finally:
        await reader.stop()


def _echo(outcome: dict[str, object], seen: set[str], limit: int | None) -> None:
    """An outcome may be forwarded twice after a crash; its run id tells."""
    run_id = str(outcome["run_id"])
    if run_id not in seen and (limit is None or len(seen) < limit):
        seen.add(run_id)
        click.echo(orjson.dumps(outcome))


async def _ends(reader: AIOKafkaConsumer) -> dict[object, int]:
    while not reader.assignment():
        await reader.getmany(timeout_ms=50)
        await asyncio.sleep(0.01)
    return dict(await reader.end_offsets(reader.assignment()))


async def _before(reader: AIOKafkaConsumer, ends: dict[object, int]) -> bool:
    for tp, end in ends.items():
        if await reader.position(tp) < end:
            return True
    return False
