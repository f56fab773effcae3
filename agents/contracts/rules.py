"""What must hold between the fields of a contract, and between it and its folder.

Like the rules on names, they read the document as it is, misshapen or not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from agents.contracts import ladder
from agents.contracts.approvals import APPROVAL_RULES
from agents.contracts.findings import Fault, choice
from agents.contracts.flow import FLOW_RULES
from agents.contracts.names import CALLED, FLAT, Surroundings, own_checks
from agents.contracts.remedies import REMEDY_RULES
from agents.contracts.restores import arguments_that_exist
from agents.contracts.tiers import TIER_RULES
from agents.contracts.walking import EACH, all_at, names_at, one

VERIFY = "verify"
"""The state whose checks verify a run."""
RUN = "run"

Rule = Callable[[Any, Surroundings], Iterator[Fault]]


def named_like_its_folder(value: Any, around: Surroundings) -> Iterator[Fault]:
    """Pools find a workflow's tools by the name of its folder."""
    name = one(value, "workflow")
    if isinstance(name, str) and name != around.folder:
        reason = f"is {name}, and its folder is {around.folder}"
        advice = f"write `workflow: {around.folder}`, or rename the folder"
        yield Fault(("workflow",), reason, advice)


def verified_success(value: Any, around: Surroundings) -> Iterator[Fault]:
    """A criterion that verification does not check never holds."""
    verified = {
        name
        for state in (VERIFY, "finalize")
        for _, name in names_at(value, ("states", state, "checks", EACH))
    }
    for place, name in names_at(value, ("success", EACH)):
        if name in (around.names["check"] | own_checks(value, around, ("check",))) - verified:
            reason = f"{name} is not among the checks that verify a run, so no run would succeed"
            yield Fault(place, reason, f"add {name} to `states.{VERIFY}.checks`")


def parameters_that_fit(value: Any, around: Surroundings) -> Iterator[Fault]:
    """A check takes the parameters that it needs and no others."""
    makers = {name: maker for made in around.makers.values() for name, maker in made.items()}
    for place, spec in all_at(value, ("checks", EACH)):
        maker = makers.get(spec.get("check", "")) if isinstance(spec, dict) else None
        if maker is None or not isinstance(spec.get("parameters", {}), dict):
            continue
        try:
            maker.model_validate_json(json.dumps(spec.get("parameters", {}), default=str))
        except ValidationError as error:
            for found in error.errors(include_url=False, include_input=False):
                fields = ", ".join(maker.model_fields) or "no parameters"
                advice = f"{spec['check']} takes {fields}; see docs/verification.md"
                yield Fault((*place, "parameters", *found["loc"]), found["msg"], advice)


def priced(value: Any, around: Surroundings) -> Iterator[Fault]:
    """A call without a price is refused."""
    prices = one(value, "prices_usd_micros")
    seen = set(prices) if isinstance(prices, dict) else set()
    for field, kind in FLAT.items():
        for place, name in names_at(value, ("states", EACH, field, EACH)):
            if name in around.names[kind] - seen:
                seen.add(name)
                advice = f"add `{name}: 0`, or what it costs, to `prices_usd_micros`"
                yield Fault(place, f"{kind} {name} has no price", advice)


def counted_units(value: Any, around: Surroundings) -> Iterator[Fault]:
    """What a price counts is an argument that is a whole number."""
    for place, argument in names_at(value, ("prices_usd_micros", EACH, "unit_of")):
        counts = around.counts.get(str(place[1]), frozenset())
        if argument not in counts:
            reason = f"{place[1]} takes no whole number called {argument}"
            yield Fault(place, reason, choice(argument, counts))


def caps_that_count(value: Any, _: Surroundings) -> Iterator[Fault]:
    """A run has no hours, and only runs, and tools in them, have windows of their own length."""
    for place, cap in all_at(value, ("caps", EACH)):
        if not isinstance(cap, dict):
            continue
        scope, window = cap.get("scope"), cap.get("window")
        ends_with_run = scope == RUN or (scope == "tool" and window == RUN)
        if ends_with_run != (window == RUN) and None not in (scope, window):
            reason = f"scope {scope} and window {window} do not go together"
            advice = "write `window: run` with `scope: run`, or with `scope: tool`"
            yield Fault(place, reason, advice)


def able_to_call(value: Any, _: Surroundings) -> Iterator[Fault]:
    """What may call something must have calls to make."""
    for place, policy in all_at(value, ("states", EACH)):
        if isinstance(policy, dict) and policy.get("calls", 0) == 0:
            named = [field for field in CALLED if policy.get(field)]
            if named:
                reason = f"names {' and '.join(named)} and may make no calls"
                yield Fault(place, reason, "add `calls: 1`, or as many as one visit needs")


def instructed(value: Any, _: Surroundings) -> Iterator[Fault]:
    """A model without instructions answers anything."""
    for place, policy in all_at(value, ("states", EACH)):
        if isinstance(policy, dict) and policy.get("model") and not policy.get("prompt"):
            reason = "has a model and no prompt"
            yield Fault(place, reason, "add `prompt:` with the name of a file in `prompts/`")


def not_both_ways(value: Any, _: Surroundings) -> Iterator[Fault]:
    """What is forbidden and allowed is forbidden."""
    forbidden = {name for _, name in names_at(value, ("forbidden", EACH))}
    for field in CALLED:
        pattern = ("states", EACH, field) if field == "model" else ("states", EACH, field, EACH)
        for place, name in names_at(value, pattern):
            if name in forbidden:
                reason = f"{name} is forbidden, so it will be refused here"
                yield Fault(place, reason, "leave it out here, or in `forbidden`", "warning")


RULES: tuple[Rule, ...] = (
    *APPROVAL_RULES,
    *FLOW_RULES,
    *TIER_RULES,
    *REMEDY_RULES,
    arguments_that_exist,
    named_like_its_folder,
    verified_success,
    parameters_that_fit,
    priced,
    counted_units,
    caps_that_count,
    able_to_call,
    instructed,
    not_both_ways,
    ladder.rungs_that_say_how_far,
    ladder.asked_before_the_cap,
    ladder.cheaper_models,
    ladder.optional_tools,
)
