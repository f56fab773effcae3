"""Publish one request with aiokafka and fastavro alone: publish.py EVENT_ID REQUEST."""

import asyncio, io, json, os, sys, time  # noqa: E401

from aiokafka import AIOKafkaProducer
from fastavro import schemaless_writer
from fastavro.schema import fingerprint, load_schema, to_parsing_canonical_form

schema = load_schema("schemas/avro/intake_event.avsc")
schema_id = int(fingerprint(to_parsing_canonical_form(schema), "SHA-256")[:8], 16) & 0x7FFFFFFF
event = dict(event_id=sys.argv[1], workspace="acme", user_id="omar_anderson_3203",
             workflow="retail_support", request=sys.argv[2], occurred_at_ms=int(time.time() * 1000))

async def main():
    value = io.BytesIO(b"\0" + schema_id.to_bytes(4, "big"))  # the framing that Kafka tools read
    value.seek(0, io.SEEK_END)
    schemaless_writer(value, schema, event)
    async with AIOKafkaProducer(bootstrap_servers=os.environ["TOLLWAY_BOOTSTRAP_SERVERS"]) as producer:
        await producer.send_and_wait("intake", value.getvalue(), key=b"acme")

asyncio.run(main())
