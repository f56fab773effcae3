"""What the contest ran on."""

from __future__ import annotations

from bench.machine import machine
from bench.overspend.provider.tariff import MAX_OUTPUT_TOKENS, MOST_INPUT_TOKENS, worth_usd_micros
from bench.servers import redis
from schemas.errors import SettingError


def conditions() -> dict[str, str]:
    """Machine, versions and the meaning of a call's worth, by name."""
    return {
        "one call's worth": f"{worth_usd_micros()} micro-USD: {MOST_INPUT_TOKENS} tokens in and "
        f"{MAX_OUTPUT_TOKENS} out; answers are half as long up to as long",
        **machine(),
        "store of LiteLLM": _redis(),
    }


def _redis() -> str:
    try:
        return redis.version()
    except SettingError as error:
        return str(error)
