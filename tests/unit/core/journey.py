"""Runs of the tiny workflow on one fold, decided one input after another without any broker."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

from agents.state_table import state_table
from schemas.topics import topics
from streams.core import tables
from streams.core.answers import RESULTS
from streams.core.draft import Draft
from streams.core.engine import Engine
from streams.core.fold import Fold
from streams.core.inputs import Input, PlaceOf
from streams.core.states import State
from streams.core.workflow import Workflow
from tests.builders import CODEC, NOON_MS, delivered, event, result, workflow

if TYPE_CHECKING:
    from schemas.records import BudgetEntry, Call, CallResult, Outcome, RunEntry

Answering = Callable[["Call"], "CallResult"]


class Journey:
    """Decides inputs and delivers what the decisions emit; calls wait until they are answered."""

    def __init__(
        self, flow: Workflow | None = None, states: Mapping[str, State] | None = None
    ) -> None:
        self.flow = flow or workflow()
        self.fold = Fold(CODEC)
        known = {self.flow.name: self.flow}
        self.engine = Engine(CODEC, known, states or state_table(), "worker", 0)
        self.now_ms = NOON_MS
        self.drafts: list[Draft] = []
        self.emitted: dict[str, list[Any]] = defaultdict(list)
        self.calls: deque[Call] = deque()
        self._ends: dict[str, int] = defaultdict(int)
        self._travelling: deque[Input] = deque()

    def take(self, topic: str, value: bytes | None) -> Draft:
        """Decide one record of foreign origin; what it emits waits."""
        return self.decide(delivered(topic, self._next(topic), value))

    def decide(self, source: Input) -> Draft:
        """Decide, note, and keep what is emitted."""
        draft = self.engine.decide(self.fold, source, self.now_ms)
        self.fold.note(draft)
        self.drafts.append(draft)
        for index, emit in enumerate(draft.emits):
            self._keep(emit["topic"], emit["value"], index)
        return draft

    def travel(self) -> None:
        """Deliver runs to their states until all wait or have ended."""
        while self._travelling:
            self.decide(self._travelling.popleft())

    def start(self, **changes: Any) -> Draft:
        """A new event, carried on until its run waits or ends."""
        return self._carried("state.intake", "intake_event", event(**changes))

    def answer(self, answer: CallResult) -> Draft:
        """A call's result, with its run carried on."""
        return self._carried(RESULTS, "call_result", answer)

    def until_call(self, name: str) -> Call:
        """Answer what is usual until `name` is called; returns that call, unanswered."""
        while self.calls:
            call = self.calls.popleft()
            if call["name"] == name:
                return call
            self.answer(result(call))
        raise AssertionError(f"{name} was never called")

    def finish(self, answering: Answering = result) -> Outcome:
        """Answer every call until none is open; returns the last outcome."""
        while self.calls:
            self.answer(answering(self.calls.popleft()))
        return self.outcomes[-1]

    @property
    def outcomes(self) -> list[Outcome]:
        """Every outcome so far."""
        return self.emitted["outcomes"]

    def entry(self) -> RunEntry:
        """The only run's entry."""
        ((_, entry),) = self.fold.tables.items(tables.RUNS)
        return cast("RunEntry", entry)

    def budget(self) -> dict[str, BudgetEntry]:
        """The budget table."""
        return dict(self.fold.tables.items(tables.BUDGET))

    def _carried(self, topic: str, schema: str, record: Any) -> Draft:
        draft = self.take(topic, CODEC.encode(schema, record))
        self.travel()
        return draft

    def _keep(self, topic: str, value: bytes, index: int) -> None:
        record = CODEC.decode(topics()[topic].schema, value)
        self.emitted[topic].append(record)
        if topic.startswith("calls."):
            self.calls.append(cast("Call", record))
        elif topic in self.engine.topics:
            place = PlaceOf("ledger", len(self.drafts), index)
            self._travelling.append(delivered(topic, self._next(topic), value, place.header()))

    def _next(self, topic: str) -> int:
        self._ends[topic] += 1
        return self._ends[topic] - 1
