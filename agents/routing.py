"""The router's rules from `routing.yaml` in its folder, and what it may choose from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import yaml
from pydantic import ValidationError

from schemas.errors import ContractError
from streams.core.hashing import content_hash
from streams.core.routing.router import UNCLEAR, Router
from streams.core.routing.rules import Rules
from streams.core.workflow import Workflow


def load_router(file: Path) -> Router | None:
    """A router that knows no workflow yet; None when there is no such file.

    Raises ContractError.
    """
    if not file.exists():
        return None
    try:
        value = yaml.safe_load(file.read_text("utf-8"))
        rules = Rules.model_validate_json(json.dumps(value, default=str))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContractError(f"{file}: cannot be read: {error}; write it as YAML") from error
    except ValidationError as error:
        raise ContractError("\n".join(_told(file, error))) from error
    wrong = list(_inconsistent(rules))
    if wrong:
        raise ContractError("\n".join(f"{file}: error: {told}" for told in wrong))
    return Router(rules)


def routing_version(file: Path) -> str:
    """What the rules add to the version of a router's prompts; nothing where there are none."""
    return f"+{content_hash(file.read_bytes())[:8]}" if file.exists() else ""


def with_routes(loaded: dict[str, Workflow]) -> dict[str, Workflow]:
    """The workflows, of which the router knows all others. Raises ContractError for two routers."""
    routers = [flow for flow in loaded.values() if flow.router is not None]
    if len(routers) > 1:
        named = " and ".join(flow.name for flow in routers)
        raise ContractError(f"{named} both have a routing.yaml; keep one")
    return {name: _knowing(flow, loaded) for name, flow in loaded.items()}


def _knowing(flow: Workflow, loaded: Mapping[str, Workflow]) -> Workflow:
    if flow.router is None:
        return flow
    others = {name: other for name, other in loaded.items() if name != flow.name}
    return replace(flow, router=Router(flow.router.rules, others))


def _inconsistent(rules: Rules) -> Iterator[str]:
    if UNCLEAR in rules.intents:
        yield f"intents.{UNCLEAR}: is what the model answers when it cannot tell; rename it"
    for number, rule in enumerate(rules.rules):
        if rule.intent not in rules.intents:
            known = ", ".join(rules.intents)
            yield f"rules[{number}].intent: {rule.intent} is not among intents; there are: {known}"


def _told(file: Path, error: ValidationError) -> Iterator[str]:
    for found in error.errors(include_url=False, include_input=False):
        place = ".".join(map(str, found["loc"]))
        yield f"{file}: error: {place}: {found['msg']}; see docs/routing.md"
