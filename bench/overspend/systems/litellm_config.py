"""LiteLLM's proxy as it is configured here; whatever is not named is at its default."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.overspend.provider.tariff import CHEAP, DEAR, RATES, UNPRICED

PICOS_PER_USD = 10**12
MASTER_KEY = "sk-contest-only-0123456789abcdef"
KEY_MODULE = Path(__file__).parents[1] / "peers" / "litellm_key.py"


@dataclass(frozen=True, slots=True)
class Backing:
    """What stands behind the proxies. Without a database, keys carry their cap themselves."""

    base_url: str
    redis_port: int
    database_url: str | None
    fail_closed: bool


def write(folder: Path, backing: Backing) -> Path:
    """Write the config and what it refers to; returns the config's path."""
    shutil.copy(KEY_MODULE, folder)
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config(backing)), "utf-8")
    return path


def config(backing: Backing) -> dict[str, Any]:
    """The config."""
    models = [_model(name, backing.base_url) for name in (CHEAP, DEAR, UNPRICED)]
    return {
        "model_list": models,
        "general_settings": _general(backing),
        "router_settings": {"num_retries": 0, "fallbacks": [{CHEAP: [DEAR]}]},
    }


def _model(name: str, base_url: str) -> dict[str, Any]:
    params = {"model": f"openai/{name}", "api_base": base_url, "api_key": "none"}
    return {"model_name": name, "litellm_params": {**params, **_price(name)}}


def _price(name: str) -> Mapping[str, float]:
    if name == UNPRICED:
        return {}
    rate = RATES[name]
    return {
        "input_cost_per_token": rate.input_usd_picos / PICOS_PER_USD,
        "output_cost_per_token": rate.output_usd_picos / PICOS_PER_USD,
    }


def _general(backing: Backing) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "master_key": MASTER_KEY,
        "coordination_redis": {"host": "127.0.0.1", "port": backing.redis_port},
    }
    if backing.fail_closed:
        settings["fail_closed_budget_enforcement"] = True
    if backing.database_url is not None:
        return {**settings, "database_url": backing.database_url}
    custom = "litellm_key.user_api_key_auth"
    return {**settings, "custom_auth": custom, "custom_auth_run_common_checks": True}
