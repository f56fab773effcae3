"""Runs: one outcome each, with the cost that its calls came to, and nothing after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core.audit.checks import Seen
from streams.core.audit.findings import Notes
from streams.core.spending import settled_costs

if TYPE_CHECKING:
    from schemas.records import Decision, Outcome

BEGINNING = "state.intake"
QUESTIONS = "approvals.questions"
"""Where it is told that a decision on an ended run was refused."""
FORGOTTEN = "timer.forgotten"
"""The rule by which a run is remembered no longer: its event would start a new one."""


@dataclass(slots=True)
class RunsAudit:
    """Follows every run of a partition from its intake to its outcome."""

    notes: Notes
    _cost: dict[str, int] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)

    @property
    def open_runs(self) -> int:
        """Runs that have begun and not ended."""
        return len(self._cost)

    def look(self, seen: Seen) -> None:
        """Beginnings, costs and outcomes."""
        decision, run_id = seen.decision, seen.decision["run_id"]
        if decision["rule"] == FORGOTTEN:
            self._ended.discard(run_id)
        elif run_id in self._ended:
            self._after_its_end(seen)
            return
        if decision["input_topic"] == BEGINNING and decision["changes"] and run_id:
            self._cost[run_id] = 0
            self.notes.count("runs")
        if run_id in self._cost:
            self._cost[run_id] += sum(settled_costs(decision["spend"]).values())
        for outcome in seen.emitted("outcome"):
            self._outcome(seen, outcome)

    def _after_its_end(self, seen: Seen) -> None:
        if seen.decision["rule"] != "dead_letter" and _goes_on(seen.decision):
            message = f"run {seen.decision['run_id']} has had its outcome and goes on"
            self.notes.found(seen.offset, "outcome", message)

    def _outcome(self, seen: Seen, outcome: Outcome) -> None:
        run_id = outcome["run_id"]
        self.notes.count("outcomes")
        if run_id not in self._cost or run_id != seen.decision["run_id"]:
            message = f"an outcome of run {run_id}, which was never begun here"
            self.notes.found(seen.offset, "outcome", message)
            return
        cost = self._cost.pop(run_id)
        self._ended.add(run_id)
        if cost != outcome["spent_usd_micros"]:
            message = f"the outcome of run {run_id} says {outcome['spent_usd_micros']} micro-USD"
            self.notes.found(seen.offset, "money", f"{message}, and its calls came to {cost}")


def _goes_on(decision: Decision) -> bool:
    """Whether anything comes of it. A person who answers too late is told so, and no more."""
    news = all(emit["topic"] == QUESTIONS for emit in decision["emits"])
    return bool(decision["emits"]) and not (news and not decision["changes"])
