"""Runs that refund money, in memory, and people who are asked: from 45.00 USD on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from agents.calltypes import tool_call_type
from agents.state_table import state_table
from agents.tools.spec import ToolSpec
from schemas.strict import StrictModel
from streams.core.approvals.decisions import DECIDED
from streams.core.approvals.people import Approvers
from streams.core.draft import Draft
from streams.core.engine import Engine
from streams.core.ticks import TICKS
from streams.core.workflow import Workflow
from tests.builders import CODEC, CONTRACT, NAME, model_answer, result, states, workflow
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Approval, ApprovalDecision, ApprovalQuestion, Call, CallResult

EXPIRES_S, ESCALATES_S = 3_600, 1_800
EXPIRES_MS, ESCALATES_MS = EXPIRES_S * 1_000, ESCALATES_S * 1_000
RULE: dict[str, Any] = {
    "name": "refund_from_45_usd",
    "tools": ["refund"],
    "about": "money_movement",
    "when": {"field": "amount_usd_cents", "at_least": 4500},
    "role": "support_lead",
    "expires_s": EXPIRES_S,
}
DELEGATION = {"to": "dan", "until": "2026-01-05", "roles": ["support_lead"]}
PEOPLE: list[dict[str, Any]] = [
    {"id": "lea", "roles": ["support_lead"]},
    {"id": "leo", "roles": ["support_lead", "finance"], "delegates": [DELEGATION]},
    {"id": "fay", "roles": ["finance"]},
    {"id": "ann", "roles": ["support_lead"], "delegates": [{**DELEGATION, "to": "eve"}]},
]
"""Ann is the customer of every run as well. It is 2026-01-05."""
APPROVERS = Approvers.model_validate_json(orjson.dumps({"people": PEOPLE}))


class Refund(StrictModel):
    """Arguments and result of the tool."""

    order_id: str
    amount_usd_cents: int


REFUND = ToolSpec("refund", "Pays money back.", Refund, Refund, "write", idempotent=False)
REFUND_TYPE = tool_call_type(REFUND, NAME)
FLOW = {
    "tools": {
        **CONTRACT["flow"]["tools"],
        "refund": {"content": ["order_id", "amount_usd_cents"], "unprompted": True},
    }
}
PRICES = {**CONTRACT["prices_usd_micros"], "refund": 500}


def refunds(*rules: dict[str, Any], version: str = "tiny@1", **changes: Any) -> Workflow:
    """The tiny workflow with a tool that refunds, and with these rules on approvals."""
    asked = {"approvals": list(rules or (RULE,)), "prices_usd_micros": PRICES, "flow": FLOW}
    execute = {"tools": ["look", "send", "refund"]}
    flow = workflow(**{"states": states(execute=execute), **asked, **changes})
    return replace(
        flow,
        call_types={**flow.call_types, ("tool", "refund"): REFUND_TYPE},
        versions={**flow.versions, "contract": version},
        approvers=APPROVERS,
    )


def plan_of(*amounts_usd_cents: int, tool: str = "refund") -> dict[str, Any]:
    """A model's plan to refund these amounts."""
    steps = [
        {"tool": tool, "arguments": {"order_id": "#W1", "amount_usd_cents": amount}}
        for amount in amounts_usd_cents
    ]
    return model_answer({"steps": steps, "complete": True})


def refunding(*amounts_usd_cents: int, flow: Workflow | None = None) -> Journey:
    """A run that has planned to refund these amounts."""
    journey = Journey(flow or refunds())
    journey.start()
    call = journey.until_call("tiny-model")
    journey.answer(result(call, answer=plan_of(*amounts_usd_cents)))
    return journey


def refunded(call: Call, status: str = "done", **changes: Any) -> CallResult:
    """The answer of the tool, or of any other pool."""
    if call["name"] != "refund" or status != "done":
        return result(call, status, **changes)
    paid = REFUND_TYPE.encode_result(refund_of(call))
    typed = {"result_schema": REFUND_TYPE.result_schema, "result": paid}
    return {**result(call, "failed", **changes), "status": "done", "error": "", **typed}  # type: ignore[typeddict-item]


def refund_of(call: Call) -> Refund:
    """The arguments of a call of the tool."""
    decoded = REFUND_TYPE.decode_arguments(call["arguments_schema"], call["arguments"])
    assert isinstance(decoded, Refund)
    return decoded


def calls_of(journey: Journey, name: str = "refund") -> list[Call]:
    """Every call of a tool that left."""
    return [call for call in journey.emitted["calls.tool"] if call["name"] == name]


def question(journey: Journey) -> ApprovalQuestion:
    """What the run asks."""
    asked = journey.entry()["question"]
    assert asked is not None
    return asked


def news(journey: Journey) -> list[Approval]:
    """All that became of questions."""
    return journey.emitted["approvals.questions"]


def decision(journey: Journey, verdict: str = "approve", **changes: Any) -> ApprovalDecision:
    """Lea's answer to what the run asks, given now."""
    asked = question(journey)
    record = {
        "decision_id": f"d-{len(journey.drafts)}",
        "approval_id": asked["approval_id"],
        "workspace": asked["workspace"],
        "run_id": asked["run_id"],
        "arguments_hash": asked["arguments_hash"],
        "contract": asked["contract"],
        "verdict": verdict,
        "approver": "lea",
        "roles": [],
        "reason": "the photo shows it",
        "decided_at_ms": journey.now_ms,
        "received_at_ms": journey.now_ms,
    }
    return {**record, **changes}  # type: ignore[typeddict-item]


def give(journey: Journey, given: ApprovalDecision) -> Draft:
    """A decision arrives, and its run is carried on."""
    draft = journey.take(DECIDED, CODEC.encode("approval_decision", given))
    journey.travel()
    return draft


def decide(journey: Journey, verdict: str = "approve", **changes: Any) -> Draft:
    """The same for Lea's answer to what the run asks, with some fields changed."""
    return give(journey, decision(journey, verdict, **changes))


def pass_time(journey: Journey, until_ms: int | None = None, **changes: Any) -> Draft:
    """It is as late as the run's timer, or `until_ms`, and a tick says so."""
    due_at_ms = journey.entry()["due_at_ms"]
    journey.now_ms = due_at_ms if until_ms is None else until_ms
    record = {
        "workspace": "acme",
        "run_id": journey.drafts[0].run_id,
        "due_at_ms": due_at_ms,
        "results_through": journey.fold.next_offset("call.results"),
        "decisions_through": journey.fold.next_offset(DECIDED),
        "sent_by": "worker",
        "table": "runs",
        "row": "",
        **changes,
    }
    draft = journey.take(TICKS, CODEC.encode("tick", record))
    journey.travel()
    return draft


def deploy(journey: Journey, flow: Workflow) -> None:
    """The next decisions are made by a worker that holds `flow`."""
    journey.engine = Engine(CODEC, {flow.name: flow}, state_table(), "worker", 0)


def before_and_after(journey: Journey) -> tuple[Any, ...]:
    """All that a decision without effect leaves as it was."""
    return list(journey.fold.tables), list(journey.calls), list(journey.outcomes)
