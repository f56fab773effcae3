"""Every call passes the gate: each rule refuses by its own name, and says what would help."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from streams.core import budget
from streams.core.budget import Spender
from streams.core.counting import FRAMING_TOKENS
from streams.core.gate import admit
from streams.core.states import Ask
from streams.core.verdicts import Admitted, Refusal, Situation, Verdict
from streams.core.workflow import Workflow
from tests.builders import MODEL, NOON_MS, states, workflow

if TYPE_CHECKING:
    from schemas.records import BudgetEntry

NOTE = {"text": "hello"}
REQUEST = {
    "system": "",
    "request": "hello",
    "context": "",
    "answer_schema": "plan",
    "max_output_tokens": 100,
}
FORGETFUL = {key: value for key, value in REQUEST.items() if key != "context"}


def nothing(_: str) -> BudgetEntry | None:
    """A budget in which nobody has spent anything."""
    return None


def decide(ask: Ask, state: str = "execute", flow: Workflow | None = None) -> Verdict:
    who = Spender("acme", "ann", "run-1")
    return admit(ask, Situation(flow or workflow(), state, who, NOON_MS, nothing))


def look(**arguments: object) -> Ask:
    return Ask("tool", "look", arguments or NOTE, "why")


def model(arguments: object = REQUEST, name: str = MODEL) -> Ask:
    return Ask("model", name, arguments, "why")


def test_an_admitted_call_is_encoded_quoted_and_held_against_every_cap() -> None:
    admitted = decide(look())
    assert isinstance(admitted, Admitted)
    assert admitted.worst_case_usd_micros == 20
    assert admitted.arguments == b"\x0ahello"
    scopes = [account.label.split()[0] for account in admitted.accounts]
    assert scopes == ["run", "user"]


def test_a_model_is_quoted_by_the_bytes_sent_and_the_limit_sent() -> None:
    admitted = decide(model(), "plan")
    assert isinstance(admitted, Admitted)
    sent_tokens = len(admitted.arguments) + FRAMING_TOKENS
    assert admitted.worst_case_usd_micros == sent_tokens * 1 + 100 * 2


BAD_MODEL = states(plan={"model": "unpriced"})
REFUSALS: dict[str, tuple[Ask, str, dict[str, Any], str]] = {
    "allowlist": (look(), "plan", {}, "look is not allowed in state plan; the contract allows"),
    "allowlist of another kind": (
        Ask("retrieval", "look", NOTE, "why"),
        "execute",
        {},
        "retrieval look is not allowed in state execute; the contract allows: none",
    ),
    "allowlist of a silent state": (look(), "verify", {}, "allows: none"),
    "forbidden": (Ask("tool", "burn", NOTE, "why"), "execute", {}, "of tiny forbids burn"),
    "known": (
        Ask("tool", "dig", NOTE, "why"),
        "execute",
        {"states": states(execute={"tools": ["dig"]})},
        "no tool named dig is part of workflow tiny; add it",
    ),
    "schema": (look(text=7), "execute", {}, "look: text: "),
    "schema of a model": (model(FORGETFUL), "plan", {}, "context"),
    "schema of a plain value": (Ask("tool", "look", "hello", "why"), "execute", {}, "an object"),
    "size": (
        model({**REQUEST, "max_output_tokens": 1_001}),
        "plan",
        {},
        "asked for 1001 of at most 1000 tokens",
    ),
    "size of what is sent": (
        model({**REQUEST, "context": "x" * 200_000}),
        "plan",
        {},
        r"would be sent 200\d\d\d of at most \d+ bytes",
    ),
    "size below nothing": (
        model({**REQUEST, "max_output_tokens": -1}),
        "plan",
        {},
        "asked for -1 of",
    ),
    "price": (
        look(),
        "execute",
        {"prices_usd_micros": {}},
        "look: tool look has no price in the contract's prices_usd_micros; add `look:` with what a",
    ),
    "price of a model": (
        model(name="unpriced"),
        "plan",
        {"states": BAD_MODEL},
        r"no price in price book tiny-prices\+\w{8}; add it to agents/price_book.yaml under a new",
    ),
    "budget": (
        look(),
        "execute",
        {"max_run_usd_micros": 19},
        "look may cost 20 micro-USD and 19 are left of the 19 for run run-1 per run; a higher cap",
    ),
    "budget of a user": (
        look(),
        "execute",
        {"caps": [{"scope": "user", "window": "hour", "usd_micros": 0}]},
        "0 are left of the 0 for user ann per hour",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_rule_refuses_by_its_name_and_says_what_would_help(name: str) -> None:
    ask, state, changes, reason = REFUSALS[name]
    refusal = decide(ask, state, workflow(**changes))
    assert isinstance(refusal, Refusal)
    assert refusal.rule == name.split(maxsplit=1)[0]
    assert re.search(reason, refusal.reason)


BROKEN = ["allowlist", "forbidden", "known", "schema", "price", "budget"]
"""The order of the rules."""


@pytest.mark.parametrize("rule", BROKEN)
def test_the_first_broken_rule_refuses(rule: str) -> None:
    """The call breaks this rule and every later one that can be broken with it."""
    later = BROKEN[BROKEN.index(rule) :]
    name = "dig" if "known" in later and rule != "forbidden" else "look"
    allowed = [] if "allowlist" in later else [name]
    flow = workflow(
        forbidden=[name] if "forbidden" in later else [],
        prices_usd_micros={} if "price" in later else {"look": 20},
        max_run_usd_micros=0,
        states=states(execute={"tools": allowed}),
    )
    ask = Ask("tool", name, {} if "schema" in later else NOTE, "why")
    refusal = decide(ask, flow=flow)
    assert isinstance(refusal, Refusal)
    assert refusal.rule == rule


def test_the_last_micro_may_be_spent() -> None:
    assert isinstance(decide(look(), flow=workflow(max_run_usd_micros=20)), Admitted)


def test_what_others_hold_is_not_there() -> None:
    flow = workflow()
    who = Spender("acme", "ann", "run-1")
    held = {"acme|run|run-1|run|": budget.reserved(None, 1_000_000 - 19)}
    refusal = admit(look(), Situation(flow, "execute", who, NOON_MS, held.get))
    assert isinstance(refusal, Refusal)
    assert refusal.rule == "budget"
