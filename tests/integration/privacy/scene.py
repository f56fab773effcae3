"""A retail desk to which customers and strangers write values of every kind."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import duckdb
import orjson
from aiokafka import TopicPartition

from agents.privacy.logs import clean_logs
from schemas.topics import topics
from streams.adapters.clients import new_reader
from streams.settings import Settings
from tests.deployments import Deployment
from tests.unit.privacy.planted import PLANTED, all_values, everything, sentence
from tollway.running import LOG_FORMAT

if TYPE_CHECKING:
    from schemas.records import IntakeEvent

CUSTOMER, MAIL = "james_li_5688", "james.li4495@example.com"
"""Of the store: a customer, and the address that his record there holds."""
REQUEST = f"I am James Li, {MAIL}. Look at my profile. {everything()}"
EVENT_ID, FAILING_ID = "planted", "unknown-address"
NOT_THERE = f"Look up somebody.else@example.com and tell {everything()}"
VALUES = [*all_values(), MAIL, "somebody.else@example.com"]
SAID = [(kind, value) for kind, values in PLANTED.items() for value in values]
QUARANTINE = {"intake", "intake.dead"}


def record(folder: Path) -> Path:
    """What the model answers: a look at the address, then at the record."""
    look = {"tool": "find_user_id_by_email", "arguments": {"email": MAIL}}
    profile = {"tool": "get_user_details", "arguments": {"user_id": CUSTOMER}}
    nobody = {"tool": "find_user_id_by_email", "arguments": {"email": "somebody.else@example.com"}}
    rows = [
        {"user_id": CUSTOMER, "request": REQUEST, "steps": [look, profile]},
        {"user_id": CUSTOMER, "request": NOT_THERE, "steps": [nobody]},
    ]
    path = folder / "recordings.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return path


def event(**changes: Any) -> IntakeEvent:
    """The customer's event."""
    usual: Any = {
        "event_id": EVENT_ID, "workspace": "acme", "user_id": CUSTOMER,
        "workflow": "retail_support", "intent": None, "customer_tier": "standard",
        "region": "us", "occurred_at_ms": 1_790_000_000_000, "request": REQUEST,
    }  # fmt: skip
    return cast("IntakeEvent", {**usual, **changes})


async def plant(running: Deployment) -> None:
    """Good events, events that name things by values, and no events at all."""
    await running.publish(event(), event(event_id=FAILING_ID, request=NOT_THERE))
    for number, (kind, value) in enumerate(SAID):
        if kind != "PASSWORD":  # which nobody can tell from any other name
            named = event(event_id=f"bad-{number}", user_id=value[:128])
            await running.publish(named, event(event_id=value[:128]))
            await running.publish(event(event_id=f"worse-{number}", region=f"\0{value}"[:32]))
        said = sentence(kind, value).encode()
        await running.publish_raw(b"not Avro: " + said)
        for topic in ("control", "approvals.decisions"):
            bad, headers = b"\0\0\0\0\1" + said, [("about", said)]
            to = running.topic(topic)
            await running.producer.send_and_wait(to, bad, key=said, headers=headers)


async def bytes_of_topics(settings: Settings) -> dict[str, bytes]:
    """All that stands in each topic: keys, values and headers, one after another."""
    found = {}
    reader = new_reader(settings, "test-scan")
    async with reader:
        for name in topics():
            known = await reader._client.fetch_all_metadata()
            partitions = known.partitions_for_topic(settings.topic_prefix + name) or ()
            places = [TopicPartition(settings.topic_prefix + name, at) for at in partitions]
            found[name] = b"".join([part async for part in _parts(reader, places)])
    return found


async def _parts(reader: Any, places: list[TopicPartition]) -> Any:
    reader.assign(places)
    ends = await reader.end_offsets(places)
    await reader.seek_to_beginning(*places)
    while [tp for tp in places if await reader.position(tp) < ends[tp]]:
        for records in (await reader.getmany(timeout_ms=200)).values():
            for one in records:
                yield (one.key or b"") + (one.value or b"")
                yield b"".join(name.encode() + (value or b"") for name, value in one.headers)


def rows_of_warehouse(path: Path) -> str:
    """Every row of every table and view, as text."""
    tables = "select schema_name || '.' || table_name from duckdb_tables()"
    with duckdb.connect(str(path), read_only=True) as connection:
        names = [row[0] for row in connection.execute(tables).fetchall()]
        return "\n".join(str(connection.table(name).fetchall()) for name in names)


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """What processes write to their logs, as they do it."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter(LOG_FORMAT))
    before, root.handlers = root.handlers, [handler]
    clean_logs(root)
    try:
        yield stream
    finally:
        root.handlers = before
