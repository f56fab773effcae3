"""Print outcomes with aiokafka and fastavro alone, each run once."""

import asyncio, io, os  # noqa: E401

from aiokafka import AIOKafkaConsumer
from fastavro import schemaless_reader
from fastavro.schema import load_schema_ordered

schema = load_schema_ordered(["schemas/avro/versions.avsc", "schemas/avro/outcome.avsc"])

async def main():
    seen = set()  # an outcome may come again after a crash
    async with AIOKafkaConsumer("outcomes", auto_offset_reset="earliest",
                                bootstrap_servers=os.environ["TOLLWAY_BOOTSTRAP_SERVERS"]) as consumer:
        async for record in consumer:
            outcome = schemaless_reader(io.BytesIO(record.value[5:]), schema)
            if outcome["run_id"] not in seen:
                seen.add(outcome["run_id"])
                print(outcome["event_id"], outcome["outcome"], outcome["answer"], flush=True)

asyncio.run(main())
