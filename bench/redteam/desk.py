"""One run of the retail desk in this process: the engine, states, tools and store of production.

Only the model is another, and what retrieval brings may be planted with an attacker's words.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from agents.pools.context import context_of
from agents.state_table import state_table
from schemas.codec import Codec
from schemas.errors import ToolRefusal
from schemas.topics import topics
from streams.core.answers import RESULTS
from streams.core.engine import Engine
from streams.core.fold import Fold
from streams.core.inputs import Input
from streams.core.workflow import Workflow
from workflows.retail_support.retrieval import RetailRetriever
from workflows.retail_support.toolbox import RetailToolbox

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, Document, ModelRequest

NOW_MS = 1_767_614_400_000
CODEC = Codec()
Model = Callable[["ModelRequest"], str]
Plant = Callable[[list["Document"]], list["Document"]]
RunTool = tuple[str, dict[str, Any]]


@dataclass(slots=True)
class Desk:
    """Decides one event to its end. `made` are the tool calls that reached the pool."""

    workflow: Workflow
    toolbox: RetailToolbox
    retriever: RetailRetriever
    model: Model
    plant: Plant
    refuse: Mapping[str, str] = field(default_factory=dict)
    made: list[RunTool] = field(default_factory=list)
    outcome: Any = None
    _waiting: deque[tuple[str, bytes]] = field(default_factory=deque)

    def run(self, event: Any) -> None:
        """From the event to the outcome."""
        fold = Fold(CODEC)
        engine = Engine(CODEC, {self.workflow.name: self.workflow}, state_table(), "worker", 0)
        self._waiting.append((engine.entry, CODEC.encode("intake_event", event)))
        for offset in range(1_000):
            if not self._waiting:
                return
            topic, value = self._waiting.popleft()
            source = Input(topic, offset, event["workspace"].encode(), value, (), None)
            draft = engine.decide(fold, source, NOW_MS)
            fold.note(draft)
            for emit in draft.emits:
                self._deliver(engine, emit["topic"], emit["value"])

    def _deliver(self, engine: Engine, topic: str, value: bytes) -> None:
        if topic.startswith("calls."):
            call = cast("Call", CODEC.decode("call", value))
            self._waiting.append((RESULTS, CODEC.encode("call_result", self._answer(call))))
        elif topic == "outcomes":
            self.outcome = CODEC.decode(topics()[topic].schema, value)
        elif topic in engine.topics:
            self._waiting.append((topic, value))

    def _answer(self, call: Call) -> CallResult:
        types: Any = self.workflow.call_types
        call_type = types[call["kind"], call["name"]]
        arguments = call_type.decode_arguments(call["arguments_schema"], call["arguments"])
        try:
            result = call_type.encode_result(self._performed(call, arguments))
            answer = {"status": "done", "result": result, "error": ""}
        except ToolRefusal as refusal:
            answer = {"status": "rejected", "result": b"", "error": str(refusal)}
        return cast("CallResult", {**_blank(call, call_type.result_schema), **answer})

    def _performed(self, call: Call, arguments: Any) -> Any:
        if call["kind"] == "model":
            text = self.model(arguments)
            used = {"model": call["name"], "input_tokens": 1, "output_tokens": 1}
            return {"answer_json": text, **used}
        if call["kind"] == "retrieval":
            found = self.retriever.retrieve(call["name"], arguments, context_of(call))
            documents = list(found)
            planted = self.plant(documents) if call["state"] == "retrieval" else documents
            return {"documents": planted}
        self.made.append((call["name"], arguments.model_dump(mode="json")))
        if call["name"] in self.refuse:
            raise ToolRefusal(self.refuse[call["name"]])
        return self.toolbox.perform(call["name"], arguments, context_of(call))


def _blank(call: Call, result_schema: str) -> dict[str, Any]:
    return {
        "call_id": call["call_id"],
        "run_id": call["run_id"],
        "workspace": call["workspace"],
        "result_schema": result_schema,
        "cost_usd_micros": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "provider": "here",
        "pool": "here",
        "started_at_ms": NOW_MS,
        "finished_at_ms": NOW_MS,
        "payload_hash": "",
        "payload_bytes": 0,
    }
