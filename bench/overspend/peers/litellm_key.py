"""Custom authentication of LiteLLM's proxy: a key that carries its cap, `sk-NAME-MICROS`.

With this, the proxy's own budget of a key works without PostgreSQL, in which it keeps keys
otherwise. Copied beside the proxy's config; knows nothing but LiteLLM.
"""

from __future__ import annotations

from typing import Any

from litellm.proxy._types import UserAPIKeyAuth  # type: ignore[import-not-found]

MICROS = 1_000_000


async def user_api_key_auth(request: Any, api_key: str) -> Any:  # noqa: ARG001  LiteLLM's form
    """The key, with its budget in USD."""
    _, _, cap_usd_micros = api_key.rpartition("-")
    return UserAPIKeyAuth(api_key=api_key, spend=0.0, max_budget=int(cap_usd_micros) / MICROS)
