"""Engine steps that end with a call: a run arrives at a state, among so many other entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import orjson

from agents.runs.evidence import kept
from agents.state_table import state_table
from bench.gate.flows import CODEC
from bench.recovery.entries import EVIDENCE_BYTES, text
from bench.workloads import governed
from streams.core import advance, budget, runs, tables
from streams.core.draft import Draft
from streams.core.engine import Engine
from streams.core.fold import Fold
from streams.core.gate import admit
from streams.core.graph import state_topic
from streams.core.hashing import run_id
from streams.core.inputs import Input, local
from streams.core.verdicts import Admitted, Situation, Verdict
from streams.core.visit import Visit

if TYPE_CHECKING:
    from schemas.records import RunState
    from streams.core.states import Ask
    from streams.core.workflow import Workflow

WORKSPACE = "acme"
NOW_MS = 1_767_614_400_000
PIECES = 6
"""Of evidence that the run has read."""
NOT_YET = {"status": "planned", "call_id": None, "result_hash": None, "error": None}


def ungated(ask: Ask, at: Situation) -> Verdict:
    """What is left of a call without its gate: arguments encoded, nothing held."""
    call_type = at.workflow.call_types[ask.kind, ask.name]
    return Admitted(call_type, call_type.encode_arguments(ask.arguments), 0, ())


def without_gate() -> Any:
    """A context in which every call passes unasked."""
    return patch.object(advance, "admit", ungated)


@dataclass(slots=True)
class Step:
    """One input of a run at `state`, to be decided again and again; the tables stay as they are."""

    flow: Workflow
    state: str
    others: int
    fold: Fold = field(default_factory=lambda: Fold(CODEC))
    engine: Engine = field(init=False)
    source: Input = field(init=False)
    run: RunState = field(init=False)

    def __post_init__(self) -> None:
        self.engine = Engine(CODEC, {self.flow.name: self.flow}, state_table(), "worker", 0)
        self.run, source = self._arrive()
        self.source = source
        crowd(self.fold, self.others)
        self.decide()

    def decide(self) -> Draft:
        """The engine's whole decision, which ends with the call."""
        draft = self.engine.decide(self.fold, self.source, NOW_MS)
        assert draft.rule == f"{self.state}.call", draft.reason  # noqa: S101  else nothing is measured
        return draft

    def gate(self) -> Callable[[], Verdict]:
        """The gate alone: it reads what it needs of the tables and decides the same call."""
        draft = Draft(CODEC, self.source, self.fold.tables, self.fold.positions)
        visit = Visit(draft, self.flow, self.state, NOW_MS)
        wanted: Any = advance.Advance(state_table()).wanted(visit, self.run)
        return lambda: admit(wanted, visit.situation(self.run, 1))

    def _arrive(self) -> tuple[RunState, Input]:
        draft = Draft(CODEC, local("begins"), self.fold.tables)
        begun = self._begun()
        absorbed = kept(begun, [_customer(begun), *(_piece(number) for number in range(PIECES))])
        for piece_hash, content in absorbed.evidence.items():
            key = runs.evidence_key(absorbed.run, piece_hash)
            draft.put(tables.EVIDENCE, key, content)
        runs.travel(draft, absorbed.run, self.state)
        self.fold.note(draft.seal())
        return absorbed.run, Input(
            state_topic(self.state), 0, None, draft.emits[-1]["value"], (), None
        )

    def _begun(self) -> RunState:
        event: Any = {**governed.Governed().event(1), "workspace": WORKSPACE}
        own = run_id(WORKSPACE, event["event_id"])
        run = runs.begin(event, own, self.flow.versions, NOW_MS)
        steps = governed.recording(1)["steps"] if self.state == "execute" else ()
        plan = [_step(step) for step in steps]
        return {**run, "workflow": self.flow.name, "plan": plan, "plan_complete": bool(plan)}


def crowd(fold: Fold, others: int) -> None:
    """Entries of so many other runs, users and workspaces, half of them in the same workspace."""
    run_entry = tables.encode(CODEC, tables.RUNS, _a_run(fold))
    account = tables.encode(CODEC, tables.BUDGET, budget.reserved(None, 1_000))
    for number in range(others):
        workspace = WORKSPACE if number % 2 else f"workspace-{number}"
        fold.tables.put_encoded(tables.RUNS, tables.key(workspace, f"run-{number}"), run_entry)
        for scope, kind, name in (("run", "run", ""), ("user", "day", "2026-01-05")):
            key = tables.key(workspace, scope, f"owner-{number}", kind, name)
            fold.tables.put_encoded(tables.BUDGET, key, account)


def _a_run(fold: Fold) -> Any:
    return next(entry for _, entry in fold.tables.items(tables.RUNS))


def _customer(run: RunState) -> tuple[str, str, bytes]:
    """The orders of the plan are the customer's own."""
    planned = [orjson.loads(step["arguments_json"]) for step in run["plan"]]
    orders = [arguments["order_id"] for arguments in planned if "order_id" in arguments]
    return f"customer:{run['user_id']}", "customer", orjson.dumps({"orders": orders})


def _piece(number: int) -> tuple[str, str, bytes]:
    return f"order:#W{number:07d}", "order", text(number, EVIDENCE_BYTES)


def _step(step: Any) -> Any:
    arguments_json = orjson.dumps(step["arguments"]).decode()
    return {"tool": step["tool"], "arguments_json": arguments_json, **NOT_YET}
