"""A tiny workflow and the records of its runs, for tests of what lies below any real workflow."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from agents.calltypes import call_types
from agents.checks import CHECKS
from agents.tools.spec import ToolSpec
from schemas.codec import Codec
from schemas.strict import StrictModel
from streams.core.contract import Contract
from streams.core.inputs import Input, place_of
from streams.core.prices import PriceBook
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, IntakeEvent

CODEC = Codec()
NOON_MS = 1_767_614_400_000
"""2026-01-05, a Monday, 12:00 UTC."""
NAME, MODEL, WORKSPACE = "tiny", "tiny-model", "acme"


class Note(StrictModel):
    """Arguments and result of every tiny tool."""

    text: str


def tool(name: str, *, writes: bool = False, idempotent: bool = False) -> ToolSpec:
    """A tool that takes a note and gives one back."""
    return ToolSpec(name, name, Note, Note, "write" if writes else "read", idempotent)


TOOLS = (
    tool("look"),
    tool("stamp", writes=True, idempotent=True),
    tool("send", writes=True),
    tool("burn", writes=True),
)
"""A read, a write that may be repeated, one that may not, and one that is forbidden."""
PRICES = PriceBook.model_validate(
    {
        "version": "tiny-prices",
        "models": {
            MODEL: {
                "input_usd_micros_per_million": 1_000_000,
                "output_usd_micros_per_million": 2_000_000,
            }
        },
    }
)
CONTRACT: dict[str, Any] = {
    "workflow": NAME,
    "version": 1,
    "intents": ["greet"],
    "max_run_usd_micros": 1_000_000,
    "objectives": {"latency_p95_ms": 1_000},
    "forbidden": ["burn"],
    "success": ["all_steps_done"],
    "caps": [{"scope": "user", "window": "day", "usd_micros": 2_000_000}],
    "prices_usd_micros": {"shelf": 50, "look": 20, "stamp": 200, "send": 300, "burn": 1},
    "flow": {
        "tools": {
            name: {"content": ["text"], "unprompted": True} for name in ("stamp", "send", "burn")
        }
    },
    "states": {
        "retrieval": {"calls": 1, "attempts": 3, "retry_delay_ms": 0, "retrievers": ["shelf"]},
        "plan": {
            "visits": 3,
            "calls": 1,
            "attempts": 2,
            "retry_delay_ms": 0,
            "model": MODEL,
            "prompt": "plan",
        },
        "execute": {
            "visits": 3,
            "calls": 5,
            "attempts": 2,
            "retry_delay_ms": 0,
            "timeout_ms": 60_000,
            "tools": ["look", "stamp", "send", "burn"],
        },
        "verify": {"visits": 3, "checks": ["all_steps_done"]},
        "finalize": {
            "calls": 1,
            "attempts": 2,
            "retry_delay_ms": 0,
            "model": MODEL,
            "max_output_tokens": 100,
        },
    },
}


def contract(**changes: Any) -> Contract:
    """The tiny contract with some top-level fields changed."""
    return Contract.model_validate_json(orjson.dumps({**CONTRACT, **changes}))


def workflow(**changes: Any) -> Workflow:
    """The tiny workflow with some fields of its contract changed."""
    held = contract(**changes)
    versions = {
        "contract": "tiny@1",
        "prompts": "p",
        "tools": "t",
        "price_book": PRICES.version,
        "approvers": "",
        "shared_caps": "",
    }
    types = call_types(CODEC, held, TOOLS)
    return Workflow(held, versions, PRICES, types, dict(CHECKS), {"plan": "Plan."})  # type: ignore[arg-type]


def states(**changes: dict[str, Any]) -> dict[str, Any]:
    """The tiny contract's state policies, some with some fields changed."""
    held = CONTRACT["states"]
    return {**held, **{name: {**held.get(name, {}), **more} for name, more in changes.items()}}


def event(number: int = 1, **changes: Any) -> IntakeEvent:
    """An intake event for the tiny workflow."""
    record: IntakeEvent = {
        "event_id": f"e-{number}",
        "workspace": WORKSPACE,
        "user_id": "ann",
        "workflow": NAME,
        "intent": None,
        "customer_tier": "standard",
        "region": "eu",
        "occurred_at_ms": NOON_MS,
        "request": f"please do {number}",
    }
    return {**record, **changes}  # type: ignore[typeddict-item]  # fields by name


def result(call: Call, status: str = "done", **changes: Any) -> CallResult:
    """A pool's answer to `call`; done without a `result` gives back a plausible one."""
    record: CallResult = {
        "call_id": call["call_id"],
        "run_id": call["run_id"],
        "workspace": call["workspace"],
        "status": status,  # type: ignore[typeddict-item]
        "result_schema": "",
        "result": b"",
        "error": "" if status == "done" else f"it was {status}",
        "cost_usd_micros": min(10, call["reserved_usd_micros"]),
        "input_tokens": 0,
        "output_tokens": 0,
        "provider": "test",
        "pool": "pool",
        "started_at_ms": NOON_MS,
        "finished_at_ms": NOON_MS,
        "payload_hash": "",
        "payload_bytes": 0,
    }
    if status == "done":
        schema, content = typed(call, changes.pop("answer", None))
        record = {**record, "result_schema": schema, "result": content}
    return {**record, **changes}  # type: ignore[typeddict-item]  # fields by name


def typed(call: Call, answer: Any = None) -> tuple[str, bytes]:
    """Schema and bytes of an answer to `call`, or of what usually comes back."""
    wire = wire_type(call)
    return wire.result_schema, wire.encode_result(usual(call) if answer is None else answer)


def wire_type(call: Call) -> Any:
    """The typed contract of a call."""
    return _call_types()[call["kind"], call["name"]]


@cache
def _call_types() -> dict[Any, Any]:
    return dict(call_types(CODEC, contract(), TOOLS))


def usual(call: Call) -> Any:
    """What each kind of call usually gives: a document, a plan of one look, or a reply."""
    if call["kind"] == "retrieval":
        return {"documents": [document()]}
    if call["kind"] == "tool":
        return Note(text="seen")
    request = wire_type(call).decode_arguments(call["arguments_schema"], call["arguments"])
    return plan("look") if request["answer_schema"] == "plan" else reply()


def document(name: str = "policy:1", content: str = "Be kind.") -> dict[str, Any]:
    """A document as a retriever finds it."""
    return {"id": name, "kind": "policy", "content": content, "score": 1.0}


def model_answer(answer: Any) -> dict[str, Any]:
    """What a model pool answers; bytes stand as they are."""
    text = answer.decode() if isinstance(answer, bytes) else orjson.dumps(answer).decode()
    return {"answer_json": text, "model": MODEL, "input_tokens": 5, "output_tokens": 5}


def plan(*tools: str, complete: bool = True) -> dict[str, Any]:
    """A model's plan to use these tools, each on its own name."""
    steps = [{"tool": name, "arguments": {"text": name}} for name in tools]
    return model_answer({"steps": steps, "complete": complete})


def reply(*citations: str) -> dict[str, Any]:
    """A model's words to the customer."""
    return model_answer({"answer": "It is done.", "citations": list(citations)})


def arguments_of(call: Call) -> Any:
    """The arguments of a tool call."""
    return wire_type(call).decode_arguments(call["arguments_schema"], call["arguments"])


def delivered(topic: str, offset: int, value: bytes | None, *headers: tuple[str, bytes]) -> Input:
    """A record as a driver hands it over."""
    return Input(topic, offset, WORKSPACE.encode(), value, headers, place_of(headers))
