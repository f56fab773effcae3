"""Any OpenAI-compatible address, through the openai library: structured output and usage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agents.models.answers import ANSWERS
from agents.models.interface import Completion, ModelFailed, ModelNotBilled
from streams.core.prices import Usage

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from schemas.records import Call, ModelRequest


@dataclass(frozen=True, slots=True)
class OpenAICompatibleModel:
    """One provider behind the chat completions interface. Retries are the engine's, not its."""

    client: AsyncOpenAI

    async def complete(self, call: Call, request: ModelRequest) -> Completion:
        """Ask once. Raises ModelNotBilled or ModelFailed when no usable answer comes."""
        from openai import OpenAIError  # noqa: PLC0415  slow to import, and only needed here

        from agents.models.unbilled import surely_unbilled  # noqa: PLC0415  imports the same

        schema = ANSWERS[request["answer_schema"]].model_json_schema()
        try:
            reply: Any = await self.client.chat.completions.create(
                model=call["name"],
                max_completion_tokens=request["max_output_tokens"],
                messages=[
                    {"role": "system", "content": request["system"]},
                    {"role": "user", "content": _content(request)},
                ],
                response_format={
                    "type": "json_schema",
                    "json_schema": {"name": request["answer_schema"], "schema": schema},
                },
            )
        except OpenAIError as error:
            kind = ModelNotBilled if surely_unbilled(error) else ModelFailed
            raise kind(f"{call['name']}: {type(error).__name__}: {error}") from error
        return self._completion(reply)

    def _completion(self, reply: Any) -> Completion:
        provider = urlsplit(str(self.client.base_url)).hostname or "unknown"
        return Completion(reply.choices[0].message.content or "", usage_of(reply.usage), provider)


def usage_of(said: Any) -> Usage | None:
    """The usage of a reply; None when it says none. Cached and reasoning tokens are parts of it."""
    if said is None:
        return None
    sent = getattr(said, "prompt_tokens_details", None)
    written = getattr(said, "completion_tokens_details", None)
    return Usage(
        getattr(said, "prompt_tokens", None),  # type: ignore[arg-type]  # checked by its user
        getattr(said, "completion_tokens", None),  # type: ignore[arg-type]
        getattr(sent, "cached_tokens", None),
        getattr(sent, "cache_write_tokens", None),
        getattr(written, "reasoning_tokens", None),
    )


def connect(base_url: str, api_key: str) -> OpenAICompatibleModel:
    """A model at this address; the library's own retries are off."""
    from openai import AsyncOpenAI  # noqa: PLC0415  slow to import, and only needed here

    return OpenAICompatibleModel(AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0))


def _content(request: ModelRequest) -> str:
    return f"<request>\n{request['request']}\n</request>\n{request['context']}"
