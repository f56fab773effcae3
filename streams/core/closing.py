"""A run ends where it is, from outside its states: what it waits for is let go, and paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.core import money, overdue, pausing, runs
from streams.core.approvals import questions

if TYPE_CHECKING:
    from schemas.records import FinalOutcome, RunEntry, RunState
    from streams.core.contract import Contract
    from streams.core.draft import Draft
    from streams.core.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends, and why in words."""

    outcome: FinalOutcome
    why: str


def close(
    draft: Draft, run: RunState, ending: Ending, now_ms: int, contract: Contract | None
) -> None:
    """End the run: a call under way is settled at its bound, a question is withdrawn.

    What is heard of that call later corrects the money, as far as the contract is known.
    """
    entry = runs.read_entry(draft, run["workspace"], run["run_id"])
    if entry is not None:
        run = _let_go(draft, entry, run, now_ms, contract)
    if entry is not None and entry["question"] is not None:
        questions.give_up(draft, entry, ending.why, now_ms)
    run = {**run, "error": run["error"] or ending.why}
    runs.finish(draft, run, ending.outcome, now_ms, contract)


def close_where_it_waits(
    workflows: Mapping[str, Workflow], draft: Draft, entry: RunEntry, ending: Ending, now_ms: int
) -> None:
    """An operator ends a run that has not ended, in whatever state it is."""
    run = entry["run"]
    assert run is not None  # noqa: S101  only a run that has ended has none
    runs.describe(draft, run, entry["state"])
    workflow = workflows.get(run["workflow"])
    contract = None if workflow is None else workflow.contract
    close(draft, run, ending, now_ms, contract)


def _let_go(
    draft: Draft, entry: RunEntry, run: RunState, now_ms: int, contract: Contract | None
) -> RunState:
    if entry["phase"] == "paused":
        pausing.take_up(draft, run)
    pending = entry["pending"]
    if pending is None:
        return run
    run = money.give_up(draft, pending, run, now_ms)
    if contract is not None:
        overdue.remember(draft, run, pending, contract, now_ms)
    return run
