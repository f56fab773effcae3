"""One run's money, added up: what each call was quoted, held and settled at, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from schemas.codec import Codec
from streams.core import tables
from streams.core.audit.account_book import AccountBook
from streams.core.spending import settled_costs
from tollway.budget.calls import CallBook, CallMoney
from tollway.budget.reading import Decided

if TYPE_CHECKING:
    from schemas.records import Outcome

REFUSALS = ("budget:", "price:")
"""How the reason of a decision begins that refused a call for want of money or of a price."""


class Step(NamedTuple):
    """Something that was decided about the run's money beside its calls."""

    place: str
    at_ms: int
    text: str


@dataclass(slots=True)
class Explanation:
    """Takes the decisions of one run, in order; `wrong` says where its money does not add up.

    `settled_usd_micros` is what its calls were settled at, with what was billed above their
    reservations; what became known after a settlement is not in it, nor in what the run says.
    """

    codec: Codec
    run_id: str = ""
    calls: CallBook = field(init=False)
    outcomes: list[Outcome] = field(default_factory=list)
    rungs: list[Step] = field(default_factory=list)
    refusals: list[Step] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    settled_usd_micros: int = 0
    _book: AccountBook = field(default_factory=AccountBook)
    _rungs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.calls = CallBook(self.codec)

    @property
    def every_call(self) -> list[CallMoney]:
        """Its calls, in the order in which they were made."""
        return list(self.calls.calls.values())

    def total(self, *entries: str) -> int:
        """The sum of the movements of these entries over all calls, in micro-USD."""
        return sum(call.total(*entries) for call in self.every_call)

    @property
    def told_usd_micros(self) -> int | None:
        """What the outcome says that the run has spent; None while it is open."""
        return sum(o["spent_usd_micros"] for o in self.outcomes) if self.outcomes else None

    def take(self, decided: Decided) -> None:
        """Take in one decision of the run."""
        self.run_id = decided.decision["run_id"]
        self.calls.take(decided)
        for spend in decided.decision["spend"]:
            wrong = self._book.take(spend)
            if wrong is not None:
                self.wrong.append(f"{decided.place}: {wrong}")
        self.settled_usd_micros += sum(settled_costs(decided.decision["spend"]).values())
        if decided.decision["reason"].startswith(REFUSALS):
            refusal = Step(decided.place, decided.at_ms, decided.decision["reason"])
            self.refusals.append(refusal)
        self._follow(decided)

    def close(self) -> Explanation:
        """No more decisions come: what is left is held against the calls' quotes."""
        for call in self.every_call:
            held = [m.amount_usd_micros for m in call.movements if m.entry == "reserve"]
            if set(held) != {call.quote_usd_micros}:
                quoted = f"was quoted {call.quote_usd_micros} micro-USD and reserved {held}"
                self.wrong.append(f"call {call.call_id} {quoted}")
            if self.outcomes and call.settled_at_ms is None:
                self.wrong.append(f"call {call.call_id} is still held and its run has ended")
        if self.told_usd_micros not in {None, self.settled_usd_micros}:
            self._differ(f"the outcome says {self.told_usd_micros} micro-USD")
        return self

    def _follow(self, decided: Decided) -> None:
        """The run as this decision leaves it: the rungs that it took, and what it has spent."""
        run = run_after(self.codec, decided)
        if run is None:
            return
        for rung in run["rungs"][len(self._rungs) :]:
            self.rungs.append(Step(decided.place, decided.at_ms, rung))
        self._rungs = list(run["rungs"])
        if "finished_at_ms" in run:
            self.outcomes.append(cast("Outcome", run))
            spent, self._rungs = self.told_usd_micros, []
        else:
            spent = run["spent_usd_micros"] + sum(o["spent_usd_micros"] for o in self.outcomes)
        if spent != self.settled_usd_micros and not self.wrong:
            self._differ(f"{decided.place}: the run has spent {spent} micro-USD")

    def _differ(self, said: str) -> None:
        self.wrong.append(f"{said}, and its calls were settled at {self.settled_usd_micros}")


def run_after(codec: Codec, decided: Decided) -> Mapping[str, Any] | None:
    """The run as a decision leaves it: its outcome, or as it travels on or waits."""
    emitted = {codec.writer(e["value"]).name: e["value"] for e in decided.decision["emits"]}
    for schema in ("outcome", "run_state"):
        if schema in emitted:
            return codec.decode(schema, emitted[schema])
    for change in decided.decision["changes"]:
        if change["table"] == tables.RUNS and change["value"] is not None:
            entry = tables.decode(codec, tables.RUNS, change["value"])
            return cast("Mapping[str, Any] | None", entry["run"])
    return None
