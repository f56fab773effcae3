"""A small workflow whose caps bind, whose calls are tried again and whose tools differ."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import orjson

from agents.calltypes import call_types
from agents.checks import CHECKS
from agents.tools.spec import ToolSpec
from schemas.codec import Codec
from schemas.strict import StrictModel
from simulation.people import ROLES, STANDS_IN
from streams.core.approvals.people import Approvers, Delegation, Person
from streams.core.contract import Contract
from streams.core.prices import PriceBook
from streams.core.slices.caps import NO_SHARED_CAPS, SharedCap, SharedCaps
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import IntakeEvent, Versions

NAME, MODEL, CHEAPER_MODEL = "errand", "errand-model", "errand-mini"
FORBIDDEN = "burn"
USUAL_RUN_USD_MICROS = 4_500
"""About what the calls of one run hold in all."""
TIGHTNESS = (0.5, 1.0, 4.0)
"""What all runs of an owner may spend, as a share of what they usually would."""


class Note(StrictModel):
    """Arguments and result of every tool."""

    text: str


def _tool(name: str, *, writes: bool = False, idempotent: bool = False) -> ToolSpec:
    return ToolSpec(name, name, Note, Note, "write" if writes else "read", idempotent)


TOOLS = (
    _tool("look"),
    _tool("stamp", writes=True, idempotent=True),
    _tool("send", writes=True),
    _tool("pay", writes=True),
    _tool(FORBIDDEN, writes=True),
)
"""A read, a write that may be repeated, two that may not, and one that no state may call."""
_PEOPLE: dict[str, Any] = {"role": "lead", "expires_s": 15}
APPROVALS: list[dict[str, Any]] = [
    {**_PEOPLE, "name": "pays", "tools": ["pay"], "escalate_to": "boss", "escalate_after_s": 5},
    {
        **_PEOPLE, "name": "large", "tools": ["pay", "send"], "people": 2,
        "when": {"field": "text", "equals": "large"},
    },
]  # fmt: skip
DOUBTS: dict[str, Any] = {**_PEOPLE, "role": "boss"}
APPROVERS = Approvers(
    people=tuple(
        Person(
            id=who,
            roles=tuple(sorted(roles)),
            delegates=tuple(
                Delegation(to=to, until=date(2026, 1, 5))
                for to, place in STANDS_IN.items()
                if place == who
            ),
        )
        for who, roles in ROLES.items()
    )
)
PRICES = PriceBook.model_validate(
    {
        "version": "errand-prices",
        "models": {
            MODEL: {
                "input_usd_micros_per_million": 1_000_000,
                "output_usd_micros_per_million": 2_000_000,
            },
            CHEAPER_MODEL: {
                "input_usd_micros_per_million": 200_000,
                "output_usd_micros_per_million": 400_000,
            },
        },
    }
)
_FLOW: dict[str, Any] = {spec.name: {"content": ["text"], "unprompted": True} for spec in TOOLS}
_PATIENCE: dict[str, Any] = {"attempts": 2, "timeout_ms": 8_000, "act_limit_ms": 4_000}
_STATES: dict[str, Any] = {
    "retrieval": {
        **_PATIENCE, "calls": 1, "attempts": 3, "retry_delay_ms": 300, "retrievers": ["shelf"]
    },
    "plan": {
        **_PATIENCE, "calls": 1, "visits": 3, "retry_delay_ms": 2_000, "model": MODEL,
        "prompt": "plan", "max_output_tokens": 500,
    },
    "execute": {
        **_PATIENCE, "calls": 5, "visits": 3, "retry_delay_ms": 0,
        "tools": [spec.name for spec in TOOLS], "optional": ["look"],
    },
    "verify": {"visits": 3, "checks": ["all_steps_done"]},
    "finalize": {
        **_PATIENCE, "calls": 1, "retry_delay_ms": 1_000, "model": MODEL, "max_output_tokens": 100
    },
}  # fmt: skip

LADDER: list[dict[str, Any]] = [
    {"rung": "cheaper_model", "model": CHEAPER_MODEL, "at_percent": 50},
    {"rung": "smaller_output", "max_output_tokens": 50, "at_percent": 70},
    {"rung": "skip_optional", "at_percent": 60},
    {"rung": "ask", "persons": {**_PEOPLE, "role": "boss"}, "at_percent": 95},
    {"rung": "pause", "hours": 1},
    {"rung": "finish"},
]


def workflow(
    codec: Codec,
    caps: list[dict[str, Any]],
    shared_usd_micros: int | None = None,
    *,
    doubts_asked: bool,
    laddered: bool,
) -> Workflow:
    """The workflow with these caps beside that of a run.

    People may be asked about doubts, and a run that is short of money may go down the ladder.
    With `shared_usd_micros`, all workspaces share a cap of as much an hour.
    """
    contract = Contract.model_validate_json(
        orjson.dumps(
            {
                "workflow": NAME,
                "version": 1,
                "max_run_usd_micros": 2 * USUAL_RUN_USD_MICROS,
                "remember_hours": 1,
                "objectives": {"latency_p95_ms": 60_000},
                "forbidden": [FORBIDDEN],
                "success": ["all_steps_done"],
                "caps": caps,
                "prices_usd_micros": {
                    "shelf": 50,
                    "look": 20,
                    "stamp": 200,
                    "send": 300,
                    "pay": 300,
                    FORBIDDEN: 10,
                },
                "approvals": APPROVALS,
                "ladder": LADDER if laddered else [],
                "flow": {"tools": _FLOW},
                "doubts": DOUBTS if doubts_asked else None,
                "states": _STATES,
            }
        )
    )
    versions: Versions = {
        "contract": f"{NAME}@1",
        "prompts": "1",
        "tools": "1",
        "price_book": PRICES.version,
        "approvers": "1",
        "shared_caps": "",
    }
    types = call_types(codec, contract, TOOLS)
    known = (PRICES, types, CHECKS, {"plan": "Plan."}, APPROVERS)
    return Workflow(contract, versions, *known, shared_caps=_shared(shared_usd_micros))


def _shared(usd_micros: int | None) -> SharedCaps:
    if usd_micros is None:
        return NO_SHARED_CAPS
    cap = SharedCap(name="all", scope="organization", window="hour", usd_micros=usd_micros)
    return SharedCaps(caps=(cap,))


def event(number: int, workspace: str, user_id: str, now_ms: int) -> IntakeEvent:
    """The event that begins run `number`."""
    return {
        "event_id": f"e-{number}",
        "workspace": workspace,
        "user_id": user_id,
        "workflow": NAME,
        "intent": None,
        "customer_tier": "standard",
        "region": "eu",
        "occurred_at_ms": now_ms,
        "request": f"please do {number}",
    }
