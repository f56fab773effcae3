"""Real requests through the seven topics, by both drivers on both brokers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.deployments import CODEC, Deployment
from tests.integration.runs.conftest import Recorded
from tollway.demo.requests import Request
from workflows.retail_support.store import open_store

if TYPE_CHECKING:
    from schemas.records import IntakeEvent

RESOLVED = ("train-000", "train-001", "train-008", "train-034")
REFUSED = "train-027"
NOW_MS = 1_790_000_000_000


def event(row: dict[str, Any], **changes: Any) -> IntakeEvent:
    """The intake event of a recorded request."""
    return {**Request(row["id"], row["user_id"], row["request"]).event(NOW_MS), **changes}  # type: ignore[typeddict-item]


async def test_requests_resolve_with_exactly_their_recorded_changes(
    deployment: Deployment, recorded: Recorded
) -> None:
    rows = [recorded[request_id] for request_id in RESOLVED]
    await deployment.publish(*(event(row) for row in rows))

    outcomes = await deployment.outcomes(len(rows))

    changed = open_store(deployment.settings.store_url or "").changed_by_every_run()
    for row in rows:
        outcome = outcomes[row["id"]]
        assert (outcome["outcome"], outcome["error"]) == ("resolved", None)
        assert changed[outcome["run_id"]] == row["changed"]
        assert outcome["spent_usd_micros"] > 0
        assert outcome["citations"]


async def test_a_refused_step_does_not_end_the_run_and_its_words_are_the_outcomes_error(
    deployment: Deployment, recorded: Recorded
) -> None:
    row = recorded[REFUSED]
    await deployment.publish(event(row))

    outcome = (await deployment.outcomes(1))[REFUSED]

    refusals = [step["error"] for step in row["steps"] if step["error"]]
    assert (outcome["outcome"], outcome["error"]) == ("escalated", refusals[0])
    changed = open_store(deployment.settings.store_url or "").changed_by_every_run()
    assert changed.get(outcome["run_id"], {}) == row["changed"]


async def test_a_repeated_event_is_the_same_run(deployment: Deployment, recorded: Recorded) -> None:
    first, second = (recorded[request_id] for request_id in RESOLVED[:2])
    await deployment.publish(event(first), event(first), event(second))

    outcomes = await deployment.outcomes(2)

    assert set(outcomes) == {first["id"], second["id"]}
    blocks = [CODEC.decode("ledger_block", value) for value in await deployment.records("ledger")]
    rules = [decision["rule"] for block in blocks for decision in block["decisions"]]
    assert rules.count("intake.duplicate") == 1


async def test_a_request_without_a_recording_escalates_and_names_the_setting(
    deployment: Deployment, recorded: Recorded
) -> None:
    await deployment.publish(event(recorded[RESOLVED[0]], request="Something nobody recorded."))

    outcome = (await deployment.outcomes(1))[RESOLVED[0]]

    assert outcome["outcome"] == "escalated"
    assert "TOLLWAY_MODEL_BASE_URL" in (outcome["error"] or "")


async def test_every_decision_says_under_which_versions_and_every_call_is_settled_once(
    deployment: Deployment, recorded: Recorded
) -> None:
    await deployment.publish(event(recorded[RESOLVED[0]]))
    outcome = (await deployment.outcomes(1))[RESOLVED[0]]

    blocks = [CODEC.decode("ledger_block", value) for value in await deployment.records("ledger")]
    decisions = [decision for block in blocks for decision in block["decisions"]]

    assert all(decision["versions"] == outcome["versions"] for decision in decisions)
    moved = [entry for decision in decisions for entry in decision["spend"]]
    held = [entry["call_id"] for entry in moved if entry["entry"] == "reserve"]
    settled = [entry for entry in moved if entry["entry"] == "settle"]
    assert sorted(held) == sorted(entry["call_id"] for entry in settled)
    assert sum(entry["amount_usd_micros"] for entry in settled) == outcome["spent_usd_micros"]
