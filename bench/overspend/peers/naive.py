"""Check, call, then add: what a budget looks like when it is written in an afternoon.

The sum is kept in SQLite, so it outlives the process; what is under way is in no sum.
"""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI, OpenAIError

from bench.overspend.peers.pipe import Ask, Given, Refused, given, serve

USD_MICROS_PER_TOKEN = {"gpt-4.1-mini": (0.4, 1.6), "gpt-4.1": (2.0, 8.0)}


class Sum:
    """What was spent so far, in micro-USD."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._db.execute("CREATE TABLE IF NOT EXISTS spent (usd_micros REAL NOT NULL)")
        if self._db.execute("SELECT count(*) FROM spent").fetchone() == (0,):
            self._db.execute("INSERT INTO spent VALUES (0)")

    def read(self) -> float:
        """The sum."""
        return float(self._db.execute("SELECT usd_micros FROM spent").fetchone()[0])

    def add(self, usd_micros: float) -> None:
        """Count a call."""
        self._db.execute("UPDATE spent SET usd_micros = usd_micros + ?", (usd_micros,))


@dataclass(frozen=True, slots=True)
class Naive:
    """The whole budget."""

    client: AsyncOpenAI
    spent: Sum
    told: Given

    async def call(self, ask: Ask) -> None:
        """Check, call, add. Raises Refused."""
        if self.spent.read() >= self.told.cap_usd_micros:
            raise Refused("the cap is spent")
        for number, model in enumerate(self.told.models, start=1):
            try:
                usage = await self._asked(model, ask)
            except OpenAIError:
                if number == len(self.told.models):
                    raise
                continue
            self._count(model, usage)
            return

    async def _asked(self, model: str, ask: Ask) -> Any:
        body: dict[str, Any] = {
            "model": model,
            "max_completion_tokens": self.told.max_output_tokens,
            "messages": [{"role": "user", "content": ask.text}],
        }
        if not ask.leaves:
            return (await self.client.chat.completions.create(**body)).usage
        stream = await self.client.chat.completions.create(**body, stream=True)
        await anext(aiter(stream))
        await stream.close()
        return None

    def _count(self, model: str, usage: Any) -> None:
        price = USD_MICROS_PER_TOKEN.get(model)
        if usage is not None and price is not None:
            cost = usage.prompt_tokens * price[0] + usage.completion_tokens * price[1]
            self.spent.add(cost)


async def main() -> None:
    """Serve."""
    told = given()
    client = AsyncOpenAI(base_url=told.base_url, api_key="none", max_retries=0)
    await serve(Naive(client, Sum(Path(told.folder) / "spent.db"), told).call)


if __name__ == "__main__":
    asyncio.run(main())
