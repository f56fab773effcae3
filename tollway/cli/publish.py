"""`tollway publish`: put requests on the intake topic."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any
from uuid import uuid4

import click
import orjson

from schemas.errors import NonConforming, SettingError
from schemas.intake import conforming_intake
from streams.adapters.clients import new_producer
from streams.core.hashing import run_id
from streams.settings import load_settings
from tollway.codecs import open_codec

if TYPE_CHECKING:
    from schemas.codec import Codec
    from schemas.records import IntakeEvent
    from streams.settings import Settings

DEFAULTS: Mapping[str, Any] = {
    "workflow": None,
    "intent": None,
    "customer_tier": "standard",
    "region": "us",
}


@click.command()
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--workspace", help="Tenant that owns the run.")
@click.option("--user", "user_id", help="The authenticated customer.")
@click.option("--workflow", help="Workflow to run, for instance retail_support.")
@click.option("--event-id", help="Chosen by you; the same id is the same run. Made up if absent.")
@click.option("--request", "request_text", help="The customer's own words.")
def publish(
    file: IO[bytes] | None,
    workspace: str | None,
    user_id: str | None,
    workflow: str | None,
    event_id: str | None,
    request_text: str | None,
) -> None:
    """Publish intake events: one from the options, or each JSON line of FILE ("-" for stdin).

    Prints event id and run id of each. Fields of a line are those of the intake schema
    (schemas/avro/intake_event.avsc); options fill in what a line leaves out.

    \b
    Examples:
      tollway publish --workspace acme --user omar_anderson_3203 \\
          --workflow retail_support --request "Cancel order #W6067464"
      tollway publish events.jsonl --workspace acme --workflow retail_support
    """
    given = {
        "workspace": workspace,
        "user_id": user_id,
        "workflow": workflow,
        "event_id": event_id,
        "request": request_text,
    }
    options = {name: value for name, value in given.items() if value is not None}
    events = list(_events(file, options))
    settings = load_settings()
    asyncio.run(_publish(settings, open_codec(settings), events))
    for event in events:
        started = run_id(event["workspace"], event["event_id"])
        click.echo(orjson.dumps({"event_id": event["event_id"], "run_id": started}))


def _events(file: IO[bytes] | None, options: Mapping[str, Any]) -> Iterator[IntakeEvent]:
    if file is None:
        if "request" not in options:
            raise SettingError(
                "nothing to publish: give --request with --workspace and --user, or a FILE"
            )
        yield _event({}, options, "the options")
        return
    for number, line in enumerate(file, start=1):
        if line.strip():
            yield _event(_parsed(line, number), options, f"line {number}")


def _parsed(line: bytes, number: int) -> Mapping[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise SettingError(f"line {number} is not JSON: {error}") from error
    if not isinstance(row, dict):
        raise SettingError(f"line {number} is not a JSON object")
    return row


def _event(row: Mapping[str, Any], options: Mapping[str, Any], where: str) -> IntakeEvent:
    now_ms = time.time_ns() // 1_000_000
    own = {"event_id": uuid4().hex, "occurred_at_ms": now_ms}
    try:
        return conforming_intake({**DEFAULTS, **own, **options, **row})
    except NonConforming as error:
        raise SettingError(f"{where}: {error}") from error


async def _publish(settings: Settings, codec: Codec, events: list[IntakeEvent]) -> None:
    producer = new_producer(settings, "tollway-publish")
    await producer.start()
    try:
        for number, event in enumerate(events, start=1):
            value = codec.encode("intake_event", event)
            key = event["workspace"].encode()
            await producer.send(settings.topic_prefix + "intake", value, key=key)
            if number % 10_000 == 0:
                sys.stderr.write(f"{number} of {len(events)} sent\n")
        await producer.flush()
    finally:
        await producer.stop()
