"""People are asked and answer, on real processes: over restarts, through commands and topics."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson
import pytest
from click.testing import CliRunner, Result

from streams.brokers.broker import Broker
from streams.settings import Settings
from tests.brokers import new_prefix, settings_for
from tests.deployments import CODEC, Deployment, deployed
from tests.integration.approvals.refunds import paid, refund_settings, wants
from tollway.cli import main

if TYPE_CHECKING:
    from schemas.records import LedgerBlock, Outcome

LATE_MS = 2_000
"""A timer fires within this of its deadline, while its worker lives."""
PATIENCE_S = 60.0
ALL = ("worker", "model", "tool", "gateway")


@pytest.fixture
def settings(broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Each broker in turn; the commands find the test's topics."""
    made = settings_for(broker, new_prefix(), driver="aiokafka", data_dir=tmp_path)
    monkeypatch.setenv("TOLLWAY_BOOTSTRAP_SERVERS", made.bootstrap_servers)
    monkeypatch.setenv("TOLLWAY_BROKER_KIND", made.broker_kind)
    monkeypatch.setenv("TOLLWAY_TOPIC_PREFIX", made.topic_prefix)
    return made


only_memory = pytest.mark.parametrize("broker", ["memory"], indirect=True)
"""For what does not depend on the broker."""


async def tollway(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, list(arguments))


async def answer(verdict: str, name: str, who: str = "lea", *more: str) -> Result:
    said = ["--as", who, "--reason", "so it is", "--wait", "60", *more]
    return await tollway("approvals", verdict, name, *said)


async def asked(deployment: Deployment) -> list[dict[str, Any]]:
    """What is open, once something is."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            deployment.raise_failures()
            listed = await tollway("approvals", "list", "--open", "--json")
            found: list[dict[str, Any]] = orjson.loads(listed.stdout)
            if found:
                return found


async def rules(deployment: Deployment) -> list[str]:
    """The rules of all decisions on the ledger."""
    blocks = [CODEC.decode("ledger_block", value) for value in await deployment.records("ledger")]
    decisions = (d for block in blocks for d in cast("LedgerBlock", block)["decisions"])
    return [decision["rule"] for decision in decisions]


async def one(deployment: Deployment) -> Outcome:
    (outcome,) = (await deployment.outcomes(1)).values()
    return outcome


async def test_a_run_that_asks_outlives_its_worker_and_goes_on_when_a_person_says_yes(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = refund_settings(settings, tmp_path)
    monkeypatch.setenv("TOLLWAY_WORKFLOWS_DIR", str(flow.workflows_dir))
    async with deployed(flow, ALL) as first:
        await first.publish(wants(4_499), wants(4_500))
        assert (await one(first))["event_id"] == "e-4499-1"
        (question,) = await asked(first)
        assert orjson.loads(question["arguments_json"])["amount_usd_cents"] == 4_500
    async with deployed(flow, ALL) as second:
        granted = await answer("approve", question["approval_id"])
        assert (granted.exit_code, granted.stdout) == (0, "granted: granted by lea: so it is\n")
        assert (await one(second))["outcome"] == "resolved"
        twice = await answer("approve", question["approval_id"], "leo")
        assert (twice.exit_code, "it is granted" in twice.stderr) == (1, True)
        verified = await tollway("audit", "verify", "--redecide")
        assert verified.exit_code == 0, verified.output
    assert paid(tmp_path) == [4_499, 4_500]


async def test_an_expiry_outlives_its_worker_and_counts_once_and_in_time(
    settings: Settings, tmp_path: Path
) -> None:
    flow = refund_settings(settings, tmp_path, expires_s=8)
    async with deployed(flow, ALL) as first:
        await first.publish(wants(9_000))
        (question,) = await asked(first)
    async with deployed(flow, ALL) as second:
        await second.publish(wants(100))
        found = await second.outcomes(2)
        outcome, live_ms = found["e-9000-1"], found["e-100-1"]["finished_at_ms"]
        assert outcome["finished_at_ms"] >= question["expires_at_ms"]
        due_ms = max(question["expires_at_ms"], live_ms)
        assert outcome["finished_at_ms"] <= due_ms + LATE_MS
        assert "not answered by support_lead within 8 s" in str(outcome["error"])
        late = await answer("approve", question["approval_id"])
        assert (late.exit_code, "it is expired" in late.stderr) == (1, True)
        assert (await rules(second)).count("timer.expired") == 1
    assert paid(tmp_path) == [100]


@only_memory
async def test_commands_show_what_is_asked_and_refuse_whom_they_must(
    settings: Settings, tmp_path: Path
) -> None:
    flow = refund_settings(settings, tmp_path, people=2)
    async with deployed(flow, ALL) as running:
        await running.publish(wants(9_000))
        (question,) = await asked(running)
        name = question["approval_id"][:12]
        listed = await tollway("approvals", "list")
        assert name in listed.stdout
        shown = await tollway("approvals", "show", name)
        for part in ('"amount_usd_cents": 9000', "Pay back 9000 cents.", "2 of support_lead"):
            assert part in shown.stdout
        for who, reason in (("fay", "fay is not support_lead"), ("ann", "ann is the requester")):
            refused = await answer("approve", name, who)
            assert (refused.exit_code, reason in refused.stderr) == (1, True)
        assert (await answer("approve", name)).stdout == "agreed: lea: so it is\n"
        denied = await answer("deny", name, "leo", "--json")
        assert orjson.loads(denied.stdout)["status"] == "denied"
        assert (await one(running))["outcome"] == "escalated"
        unknown = await tollway("approvals", "show", "0000")
        assert (unknown.exit_code, "no such question was asked" in unknown.stderr) == (1, True)
        assert "denied by leo" in (await tollway("approvals", "show", name)).stdout
    assert paid(tmp_path) == []


@only_memory
async def test_an_answer_that_nobody_takes_in_is_told_as_such(
    settings: Settings, tmp_path: Path
) -> None:
    flow = refund_settings(settings, tmp_path)
    async with deployed(flow, ALL) as running:
        await running.publish(wants(9_000))
        (question,) = await asked(running)
    said = ["--as", "lea", "--reason", "so it is", "--wait", "0.5"]
    waiting = await tollway("approvals", "approve", question["approval_id"], *said)
    assert (waiting.exit_code, "are gateway and worker running?" in waiting.stderr) == (3, True)


@only_memory
async def test_what_is_no_decision_goes_to_the_twin_and_the_run_goes_on_asking(
    settings: Settings, tmp_path: Path
) -> None:
    flow = refund_settings(settings, tmp_path)
    async with deployed(flow, ALL) as running:
        await running.publish(wants(9_000))
        (question,) = await asked(running)
        await running.producer.send_and_wait(running.topic("approvals.decisions"), b"yes")
        async with asyncio.timeout(PATIENCE_S):
            while not await running.records("approvals.decisions.dead"):
                running.raise_failures()
        assert (await answer("approve", question["approval_id"])).exit_code == 0
        assert (await one(running))["outcome"] == "resolved"
    assert paid(tmp_path) == [9_000]
