"""Seven trivial nodes in LangGraph, each checkpointed by its PostgreSQL saver before the next.

`python -m bench.peers.langgraph_postgres POSTGRES_URL LOAD`. A saver lets one request through at
a time, so there is one for each of ten connections, which is faster than one or twenty.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any, TypedDict

from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver  # type: ignore[import-not-found]
from langgraph.graph import END, START, StateGraph  # type: ignore[import-not-found]

from bench.measured import RECORD_BYTES, STATES, Load
from bench.peers.measuring import arguments, measure, report

CONNECTIONS = 10


class State(TypedDict):
    """What a run carries."""

    number: int
    visits: int
    request: str


async def visit(state: State) -> dict[str, int]:
    """The trivial work of a node."""
    return {"visits": state["visits"] + 1}


def graph(saver: Any) -> Any:
    """Seven nodes in a row."""
    builder = StateGraph(State)
    names = [f"state_{number}" for number in range(STATES)]
    for name in names:
        builder.add_node(name, visit)
    for one, next_one in zip([START, *names], [*names, END], strict=True):
        builder.add_edge(one, next_one)
    return builder.compile(checkpointer=saver)


async def main(url: str, load: Load) -> None:
    """Measure on the database at `url`."""
    async with AsyncExitStack() as stack:
        opened = [AsyncPostgresSaver.from_conn_string(url) for _ in range(CONNECTIONS)]
        savers = [await stack.enter_async_context(saver) for saver in opened]
        await savers[0].setup()
        graphs = [graph(saver) for saver in savers]

        async def run(number: int) -> None:
            state = {"number": number, "visits": 0, "request": "x" * RECORD_BYTES}
            config = {"configurable": {"thread_id": str(number)}}
            chosen = graphs[number % CONNECTIONS]
            ended = await chosen.ainvoke(state, config, durability="sync")
            if ended["visits"] != STATES:
                raise RuntimeError(f"run {number} passed {ended['visits']} states")

        report(await measure(run, load))


if __name__ == "__main__":
    asyncio.run(main(*arguments()))
