"""Pydantic AI's cost limit, stretched over runs: they share one `RunUsage` and one `UsageLimits`.

The limit is made for one run and its sub-agents; sharing the usage is how runs side by side can be
counted together. It lives in the process.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic_ai import Agent, RunUsage, UsageLimits  # type: ignore[import-not-found]
from pydantic_ai.exceptions import UsageLimitExceeded  # type: ignore[import-not-found]
from pydantic_ai.models.fallback import FallbackModel  # type: ignore[import-not-found]
from pydantic_ai.models.openai import OpenAIChatModel  # type: ignore[import-not-found]
from pydantic_ai.providers.openai import OpenAIProvider  # type: ignore[import-not-found]

from bench.overspend.peers.pipe import Ask, Given, Refused, given, serve

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Limited:
    """An agent whose runs share a limit."""

    agent: Any
    usage: Any
    limits: Any

    async def call(self, ask: Ask) -> None:
        """One run. Raises Refused."""
        shared = {"usage": self.usage, "usage_limits": self.limits}
        before = self.usage.requests
        try:
            if ask.leaves:
                async with self.agent.run_stream(ask.text, **shared) as answer:
                    await anext(aiter(answer.stream_text(debounce_by=None)))
            else:
                await self.agent.run(ask.text, **shared)
        except UsageLimitExceeded as error:
            if "next request" in str(error):
                raise Refused(str(error)) from error
            raise RuntimeError(f"{error} ({before} requests before)") from error


def limited(told: Given) -> Limited:
    """The agent, with the models that it falls back on."""
    from openai import AsyncOpenAI  # noqa: PLC0415  beside pydantic_ai

    client = AsyncOpenAI(base_url=told.base_url, api_key="none", max_retries=0)
    provider = OpenAIProvider(openai_client=client)
    models = [OpenAIChatModel(name, provider=provider) for name in told.models]
    model = models[0] if len(models) == 1 else FallbackModel(*models)
    agent = Agent(model, model_settings={"max_tokens": told.max_output_tokens})
    cap = Decimal(told.cap_usd_micros) / MICROS
    return Limited(agent, RunUsage(), UsageLimits(cost_limit=cap, request_limit=None))


if __name__ == "__main__":
    asyncio.run(serve(limited(given()).call))
