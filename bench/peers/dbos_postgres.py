"""A workflow of seven trivial steps in DBOS: `python -m bench.peers.dbos_postgres URL LOAD`."""

from __future__ import annotations

import asyncio

from dbos import DBOS  # type: ignore[import-not-found]

from bench.measured import RECORD_BYTES, STATES, Load
from bench.peers.measuring import arguments, measure, report


@DBOS.step()  # type: ignore[untyped-decorator]  # not installed beside Tollway
async def visit(record: dict[str, str | int]) -> dict[str, str | int]:
    """The trivial work of a step."""
    return {**record, "visits": int(record["visits"]) + 1}


@DBOS.workflow()  # type: ignore[untyped-decorator]  # as above
async def seven_states(record: dict[str, str | int]) -> dict[str, str | int]:
    """Seven steps in a row."""
    for _ in range(STATES):
        record = await visit(record)
    return record


async def run(number: int) -> None:
    """One durable run."""
    record = {"number": number, "visits": 0, "request": "x" * RECORD_BYTES}
    ended = await seven_states(record)
    if ended["visits"] != STATES:
        raise RuntimeError(f"run {number} passed {ended['visits']} states")


async def main(url: str, load: Load) -> None:
    """Measure on the database at `url`."""
    config = {"name": "bench", "system_database_url": url, "log_level": "ERROR"}
    DBOS(config=config)
    DBOS.launch()
    try:
        report(await measure(run, load))
    finally:
        DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(main(*arguments()))
