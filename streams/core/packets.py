"""The packet of a run that needs a person: what was asked, found, tried, proposed, and its cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.records import Check, Packet, PlanStep, RunState, TriedStep


def packet(run: RunState) -> Packet:
    """All that a person needs to take the matter on, from the run alone."""
    return {
        "asked": run["request"],
        "found": [piece["id"] for piece in run["evidence"]],
        "tried": [_tried(step) for step in run["plan"]],
        "failed_checks": [f"{check['name']}: {check['detail']}" for check in _failed(run)],
        "remedies": [f"{taken['remedy']}, because {taken['because']}" for taken in run["remedies"]],
        "proposed": [*_proposed(run)],
        "calls": run["calls"],
        "spent_usd_micros": run["spent_usd_micros"],
    }


def _tried(step: PlanStep) -> TriedStep:
    return {
        "tool": step["tool"],
        "arguments_json": step["arguments_json"],
        "status": step["status"],
        "error": step["error"],
    }


def _failed(run: RunState) -> list[Check]:
    return [check for check in run["checks"] if not check["passed"]]


def _proposed(run: RunState) -> Iterator[str]:
    """What is open, the most pressing first: effects that may be wrong, then what was not done."""
    done = [step["tool"] for step in run["plan"] if step["status"] == "done"]
    left = [step for step in run["plan"] if step["status"] != "done"]
    if done and _failed(run):
        yield f"compare what {', '.join(dict.fromkeys(done))} did with the request, and mend it"
    for step in left:
        yield f"do {step['tool']} or say no to it: {step['error'] or 'it was not attempted'}"
    if not left and run["error"]:
        yield f"settle what stopped the run: {run['error']}"
    yield "answer the customer"
