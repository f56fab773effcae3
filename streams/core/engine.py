"""The worker's decisions: one input and the tables in, one decision out.

A table names the handler of each topic. What cannot be decoded or decided goes to the topic's
dead-letter twin, and the block that says so ends the run that it concerned as failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from schemas.codec import Codec
from schemas.errors import RecordError, TooLarge, Undecided
from streams.core import dead_letters
from streams.core.advance import Advance
from streams.core.answers import RESULTS, Answers
from streams.core.approvals.decisions import DECIDED, Decisions
from streams.core.arrivals import Arrivals
from streams.core.control.commands import COMMANDS, Commands
from streams.core.control.operators import ANYBODY, Operators
from streams.core.draft import Draft
from streams.core.fold import Fold
from streams.core.graph import GRAPH, state_topic
from streams.core.inputs import Input
from streams.core.intake import ENTRY_STATE, Intake
from streams.core.pausing import WAKES
from streams.core.payloads import PayloadWanted
from streams.core.recent import Recent
from streams.core.slices.inbox import Transfers, shared_caps
from streams.core.slices.messages import ARRIVED
from streams.core.states import State
from streams.core.ticks import TICKS, Ticks
from streams.core.wakes import Wakes
from streams.core.workflow import Workflow

Handler = Callable[[Draft, int], None]


@dataclass(slots=True)
class Engine:
    """Decides every input of a worker. Pure: same input, tables and time, same decision."""

    codec: Codec
    workflows: Mapping[str, Workflow]
    states: Mapping[str, State]
    worker: str
    partition: int
    operators: Operators = ANYBODY
    _handlers: dict[str, Handler] = field(init=False)
    _answers: Answers = field(init=False)
    _recent: Recent = field(default_factory=Recent)

    def __post_init__(self) -> None:
        advance = Advance(self.states)
        arrivals = Arrivals(self.codec, self.workflows, advance, self._recent)
        self._handlers = {state_topic(state): arrivals.at(state) for state in GRAPH}
        self._handlers[state_topic(ENTRY_STATE)] = Intake(self.codec, self.workflows, advance).admit
        self._answers = Answers(self.codec, self.workflows, advance)
        self._handlers[RESULTS] = self._answers.resume
        decisions = Decisions(self.codec, self.workflows, advance)
        self._handlers[DECIDED] = decisions.take
        self._handlers[WAKES] = Wakes(self.codec, self._answers).wake
        shared = shared_caps(self.workflows)
        self._handlers[COMMANDS] = Commands(self.codec, self.workflows, self.operators, shared).obey
        self._handlers[ARRIVED] = Transfers(self.codec, shared).take
        self._handlers[TICKS] = Ticks(self.codec, self._answers, decisions, shared).fire

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that this engine decides on."""
        return tuple(self._handlers)

    @property
    def entry(self) -> str:
        """The topic whose records begin runs."""
        return state_topic(ENTRY_STATE)

    def decide(self, fold: Fold, source: Input, now_ms: int) -> Draft:
        """The sealed decision that `source` leads to; the tables are left as they are.

        Raises PayloadWanted when it takes a payload that is not on `source`.
        """
        draft = Draft(self.codec, source, fold.tables, fold.positions)
        try:
            self._handlers[source.topic](draft, now_ms)
            return self._remembered(self._bounded(draft.seal(), now_ms))
        except PayloadWanted:
            raise
        except RecordError as error:
            return self._refuse(draft, error, now_ms)
        except Exception as error:  # noqa: BLE001  a decision that breaks must not stop the stream
            undecided = Undecided("", f"could not be decided: {type(error).__name__}: {error}")
            undecided.__cause__ = error
            return self._refuse(draft, undecided, now_ms)

    def after_fold(self, fold: Fold, running: Iterable[str], now_ms: int) -> list[Input]:  # noqa: ARG002
        """Nothing: what a worker waits for comes on topics."""
        return []

    def _bounded(self, draft: Draft, now_ms: int) -> Draft:
        """The decision, or the one without the result that makes it too large for a block."""
        try:
            return draft.bounded()
        except TooLarge as error:
            if draft.source.topic != RESULTS:
                raise
            smaller = draft.restart()
            refusal = f"the result cannot be taken in: {error.reason}"
            self._answers.resume(smaller, now_ms, refusal)
            return smaller.seal().bounded()

    def _remembered(self, draft: Draft) -> Draft:
        if draft.travelling is not None:
            self._recent.keep(draft.emits[-1]["value"], draft.travelling)
        return draft

    def _refuse(self, broken: Draft, error: RecordError, now_ms: int) -> Draft:
        letter = dead_letters.letter(broken.source, error, self.worker, self.partition, now_ms)
        workflow = self.workflows.get(broken.workflow)
        contract = None if workflow is None else workflow.contract
        return dead_letters.refuse(broken, letter, now_ms, contract).seal()
