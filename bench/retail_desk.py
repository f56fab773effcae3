"""One run of the support desk on a real store: production decisions, tools and retrievers.

There is no broker: every record that a decision emits is decided, or performed, at once. The model
is a plan that is handed in, so a wrong plan is as easy as a right one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson

from agents.models.recorded_handles import with_handles
from agents.state_table import state_table
from agents.tools.spec import CallContext, Toolbox
from schemas.codec import Codec
from schemas.errors import ToolRefusal
from schemas.topics import topics
from streams.core.answers import RESULTS
from streams.core.approvals.questions import QUESTIONS
from streams.core.engine import Engine
from streams.core.fold import Fold
from streams.core.inputs import Input, PlaceOf, place_of
from workflows.retail_support.retrieval import RetailRetriever, open_retriever
from workflows.retail_support.store import Store, create_store, open_store
from workflows.retail_support.toolbox import open_toolbox

if TYPE_CHECKING:
    from schemas.records import (
        Approval,
        ApprovalDecision,
        ApprovalQuestion,
        Call,
        CallResult,
        IntakeEvent,
        ModelRequest,
        Outcome,
        RunState,
    )
    from streams.core.workflow import Workflow

NOW_MS = 1_790_000_000_000
WORKSPACE = "bench"
DATA = Path("workflows/retail_support/data")
APPROVER = "lea"
"""Who answers questions."""
Person = Callable[["ApprovalQuestion"], bool]
"""Says yes or no to a question."""


def says_no(question: ApprovalQuestion) -> bool:  # noqa: ARG001
    """A person who allows nothing."""
    return False


Model = Callable[["ModelRequest"], Mapping[str, Any]]
"""Answers as a model does."""


def planning(steps: Sequence[Mapping[str, Any]]) -> Model:
    """A model that plans these steps and finds no fault with them."""

    def answers(request: ModelRequest) -> Mapping[str, Any]:
        if request["answer_schema"] == "plan":
            return {"steps": with_handles(steps, request), "complete": True}
        return {"answer": "It was seen to.", "citations": []}

    return answers


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its outcome, what the tools did, and the run as it left verification."""

    outcome: Outcome
    written: tuple[str, ...]
    run: RunState
    changed: Mapping[str, Any]
    asked: int
    """Questions to people."""


class Desk:
    """Runs requests, each on a store as it is in the files."""

    def __init__(self, folder: Path, workflow: Workflow, codec: Codec) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._fresh, self._file = folder / "fresh.db", folder / "store.db"
        self._workflow, self._codec = workflow, codec
        create_store(f"sqlite:///{self._fresh}", DATA, replace=True).close()
        self._held = self._opened()

    def run(
        self,
        request: Mapping[str, Any],
        model: Model,
        person: Person = says_no,
        *,
        keep: bool = False,
    ) -> Ended:
        """One request; the model plans it and answers, the person answers questions.

        `keep` leaves the store as the run left it, for the next one.
        """
        store, toolbox, retriever = self._held
        outside = _Outside(toolbox, retriever, model, person)
        journey = _Journey(self._workflow, self._codec, outside)
        outcome = journey.carry(request)
        changed = store.changed_by(outcome["run_id"])
        if outside.performed and not keep:
            self._restore()
        return Ended(outcome, tuple(outside.written), journey.last_run, changed, outside.asked)

    def close(self) -> None:
        """Let go of the store."""
        for part in self._held:
            part.close()

    def _restore(self) -> None:
        """The store as it was, under the connections that are open: opening anew takes longer."""
        with (
            closing(sqlite3.connect(self._fresh)) as fresh,
            closing(sqlite3.connect(self._file)) as used,
        ):
            fresh.backup(used)

    def _opened(self) -> tuple[Store, Toolbox, RetailRetriever]:
        self._restore()
        settings = {"store_url": f"sqlite:///{self._file}"}
        store = open_store(settings["store_url"])
        return store, open_toolbox(settings), open_retriever(settings)


_Record = tuple[str, bytes, PlaceOf | None]
"""Topic, value, and where it stands on the ledger, if it does."""


@dataclass(slots=True)
class _Outside:
    """What pools would ask."""

    toolbox: Toolbox
    retriever: RetailRetriever
    model: Model
    person: Person
    asked: int = 0
    written: list[str] = field(default_factory=list)
    performed: int = 0

    def answer(self, call: Call, arguments: Any) -> Any:
        """The result of one call. Raises ToolRefusal."""
        if call["kind"] == "model":
            said = orjson.dumps(self.model(arguments)).decode()
            return {"answer_json": said, "model": "", "input_tokens": 1, "output_tokens": 1}
        context = _context(call)
        if call["kind"] == "retrieval":
            return {"documents": self.retriever.retrieve(call["name"], arguments, context)}
        self.performed += 1
        result = self.toolbox.perform(call["name"], arguments, context)
        self.written.append(call["name"])
        return result

    def decision(self, question: ApprovalQuestion) -> ApprovalDecision:
        """What the person says to a question."""
        self.asked += 1
        return {
            "approval_id": question["approval_id"],
            "workspace": question["workspace"],
            "run_id": question["run_id"],
            "arguments_hash": question["arguments_hash"],
            "contract": question["contract"],
            "decision_id": f"{question['approval_id']}.decided",
            "verdict": "approve" if self.person(question) else "deny",
            "approver": APPROVER,
            "roles": [],
            "reason": "as it is recorded",
            "decided_at_ms": NOW_MS,
            "received_at_ms": NOW_MS,
        }


class _Journey:
    """One run, decided input after input; calls are performed as they are emitted."""

    def __init__(self, workflow: Workflow, codec: Codec, outside: _Outside) -> None:
        self._codec, self._workflow, self._outside = codec, workflow, outside
        self._engine = Engine(codec, {workflow.name: workflow}, state_table(), "bench", 0)
        self._fold = Fold(codec)
        self._offset = 0
        self.last_run: RunState = cast("RunState", {})

    def carry(self, request: Mapping[str, Any]) -> Outcome:
        """The run to its end."""
        waiting: list[_Record] = [
            ("state.intake", self._codec.encode("intake_event", _event(request)), None)
        ]
        outcome: Outcome | None = None
        while waiting:
            for topic, value in self._decided(*waiting.pop(0)):
                record: Any = self._codec.decode(topics()[topic].schema, value)
                if topic == "outcomes":
                    outcome = record
                elif topic.startswith("calls."):
                    result = self._performed(record)
                    waiting.append((RESULTS, self._codec.encode("call_result", result), None))
                elif topic == QUESTIONS:
                    waiting.extend(self._decided_on(record))
                else:
                    waiting.append((topic, value, PlaceOf("ledger", self._offset, 0)))
                    self.last_run = record
        if outcome is None:
            raise AssertionError(f"{request['id']} has no outcome")
        return outcome

    def _decided_on(self, news: Approval) -> list[_Record]:
        if news["status"] != "asked" or news["question"] is None:
            return []
        said = self._outside.decision(news["question"])
        return [("approvals.decided", self._codec.encode("approval_decision", said), None)]

    def _decided(self, topic: str, value: bytes, place: PlaceOf | None) -> list[tuple[str, bytes]]:
        self._offset += 1
        headers = () if place is None else (place.header(),)
        source = Input(topic, self._offset, WORKSPACE.encode(), value, headers, place_of(headers))
        draft = self._engine.decide(self._fold, source, NOW_MS)
        self._fold.note(draft)
        known = topics()
        emits = [(emit["topic"], emit["value"]) for emit in draft.emits]
        kept = ("outcomes", "calls.", "state.", QUESTIONS)
        return [(t, v) for t, v in emits if t in known and t.startswith(kept) and v is not None]

    def _performed(self, call: Call) -> CallResult:
        call_type: Any = self._workflow.call_types[call["kind"], call["name"]]
        arguments = call_type.decode_arguments(call["arguments_schema"], call["arguments"])
        try:
            result = self._outside.answer(call, arguments)
        except ToolRefusal as refusal:
            return _result(call, "refused", str(refusal), "", b"")
        encoded = call_type.encode_result(result)
        return _result(call, "done", "", call_type.result_schema, encoded)


def _event(request: Mapping[str, Any]) -> IntakeEvent:
    return {
        "event_id": request["id"],
        "workspace": WORKSPACE,
        "user_id": request["user_id"],
        "workflow": "retail_support",
        "intent": None,
        "customer_tier": "standard",
        "region": "us",
        "occurred_at_ms": NOW_MS,
        "request": request["request"],
    }


def _context(call: Call) -> CallContext:
    named = ("run_id", "workspace", "user_id", "call_id", "idempotency_key", "not_after_ms")
    return CallContext(**{name: call[name] for name in named})  # type: ignore[literal-required]


def _result(call: Call, status: str, error: str, schema: str, result: bytes) -> CallResult:
    return {
        "call_id": call["call_id"],
        "run_id": call["run_id"],
        "workspace": call["workspace"],
        "status": status,  # type: ignore[typeddict-item]
        "result_schema": schema,
        "result": result,
        "error": error,
        "cost_usd_micros": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "provider": "bench",
        "pool": "bench",
        "started_at_ms": NOW_MS,
        "finished_at_ms": NOW_MS,
        "payload_hash": "",
        "payload_bytes": 0,
    }
