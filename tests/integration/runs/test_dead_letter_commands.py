"""`tollway dlq redrive` and `drop` on a running deployment, and a drain that is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, cast

import pytest
from click.testing import CliRunner, Result

from schemas.errors import TooManyDeadLetters
from streams.brokers.broker import Broker
from streams.core.hashing import run_id
from streams.settings import Settings
from tests.builders import result
from tests.deployments import CODEC, Deployment, deployed
from tests.integration.runs.conftest import Recorded
from tests.integration.runs.test_retail_runs import RESOLVED, event
from tollway.cli import main

if TYPE_CHECKING:
    from schemas.records import Call, OperatorAction

PATIENCE_S = 60.0
GARBAGE = 80
NAME = RESOLVED[0]


@pytest.fixture
def driver() -> str:
    """What is tested does not depend on it."""
    return "aiokafka"


@pytest.fixture
def broker(memory_broker: Broker) -> Broker:
    """Nor on the broker."""
    return memory_broker


@pytest.fixture(autouse=True)
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands find the test's topics."""
    monkeypatch.setenv("TOLLWAY_BOOTSTRAP_SERVERS", settings.bootstrap_servers)
    monkeypatch.setenv("TOLLWAY_BROKER_KIND", settings.broker_kind)
    monkeypatch.setenv("TOLLWAY_TOPIC_PREFIX", settings.topic_prefix)


@pytest.fixture
async def halted(settings: Settings) -> AsyncIterator[Deployment]:
    """A deployment whose pools are away, so that its runs wait."""
    async with deployed(settings, ("worker", "gateway")) as running:
        yield running


async def dlq(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["dlq", *arguments])


async def until(deployment: Deployment, topic: str, count: int = 1) -> list[bytes | None]:
    """The records of a topic, once there are so many."""
    async with asyncio.timeout(PATIENCE_S):
        while len(values := await deployment.records(topic)) < count:
            deployment.raise_failures()
            await asyncio.sleep(0.1)
    return values


async def dead_run(deployment: Deployment, row: dict[str, Any]) -> str:
    """A run that dies of an answer that does not conform; returns its letter's name."""
    await deployment.publish(event(row))
    call = cast("Call", CODEC.decode("call", (await until(deployment, "calls.retrieval"))[0]))
    poison = CODEC.encode("call_result", result(call, "failed", cost_usd_micros=-1))
    topic, key = deployment.topic("call.results"), call["workspace"].encode()
    placed = await deployment.producer.send_and_wait(topic, poison, key=key)
    assert (await deployment.outcomes(1))[row["id"]]["outcome"] == "failed"
    await until(deployment, "call.results.dead")
    return f"call.results/{placed.partition}/{placed.offset}"


async def actions(deployment: Deployment) -> list[OperatorAction]:
    values = await deployment.records("operator.actions")
    return [cast("OperatorAction", CODEC.decode("operator_action", value)) for value in values]


async def test_a_dead_run_is_driven_again_as_a_new_run_that_resolves(
    halted: Deployment, recorded: Recorded
) -> None:
    letter = await dead_run(halted, recorded[NAME])
    done = await dlq("redrive", letter, "--why", "pool mended")
    assert done.exit_code == 0, done.output
    new_id = f"{NAME}.redrive.{letter.replace('/', '.')}"
    new_run = run_id(event(recorded[NAME])["workspace"], new_id)
    async with deployed(halted.settings, ("model", "retrieval", "tool")):
        ended = (await halted.outcomes(1))[new_id]
    assert done.stdout == f"redrive {letter} as event {new_id}, run {ended['run_id']}\n"
    assert ended["outcome"] == "resolved"
    (action,) = await actions(halted)
    assert (action["action"], action["why"], action["event_id"]) == (
        "redrive",
        "pool mended",
        new_id,
    )
    assert action["run_id"] == ended["run_id"] == new_run
    assert "@" in action["who"]


async def test_a_letter_that_was_handled_is_refused_unless_again_and_is_the_same_run(
    halted: Deployment, recorded: Recorded
) -> None:
    letter = await dead_run(halted, recorded[NAME])
    first = await dlq("redrive", letter, "--why", "once")
    refused = await dlq("redrive", letter, "--why", "twice")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "has done 'redrive' with it already (once); give --again" in refused.stderr
    again = await dlq("redrive", letter, "--why", "twice", "--again")
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    events = await until(halted, "state.intake", 3)
    assert events[-1] == events[-2]
    assert len(await actions(halted)) == 2


async def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    halted: Deployment, recorded: Recorded
) -> None:
    letter = await dead_run(halted, recorded[NAME])
    for action in ("redrive", "drop"):
        said = await dlq(action, letter, "--why", "looking", "--dry-run")
        assert said.exit_code == 0
        assert said.stdout.startswith(f"would {action} {letter}")
    assert await actions(halted) == []
    assert len(await halted.records("intake")) == 1


async def test_a_letter_of_the_public_topic_is_published_as_it_was(halted: Deployment) -> None:
    headers = [("trace", b"\xff"), ("null", None)]
    topic = halted.topic("intake")
    await halted.producer.send_and_wait(topic, b"garbage", key=b"k", headers=headers)
    await until(halted, "intake.dead")
    done = await dlq("redrive", "--all", "--topic", "intake", "--why", "gateway mended")
    assert done.exit_code == 0
    assert "as the bytes it had" in done.stdout
    values = await until(halted, "intake.dead", 2)
    first, second = (CODEC.decode("dead_letter", value) for value in values)
    assert first["offset"] != second["offset"] or first["partition"] != second["partition"]
    for part in ("key", "value", "headers", "reason"):
        assert first[part] == second[part]


async def test_all_takes_open_letters_only_and_does_what_it_can(
    halted: Deployment, recorded: Recorded
) -> None:
    letter = await dead_run(halted, recorded[NAME])
    await halted.producer.send_and_wait(halted.topic("state.plan"), b"garbage", partition=0)
    await until(halted, "state.plan.dead")
    mixed = await dlq("redrive", "--all", "--why", "mended")
    assert mixed.exit_code == 1
    assert mixed.stdout.startswith(f"redrive {letter} as event ")
    assert "refused: state.plan/0/0: no run on the ledger is known" in mixed.stderr
    dropped = await dlq("drop", "--all", "--why", "of no use")
    assert (dropped.exit_code, dropped.stdout) == (0, "drop state.plan/0/0\n")
    nothing = await dlq("drop", "--all", "--why", "of no use")
    assert (nothing.exit_code, nothing.stdout) == (0, "no letter is open that fits\n")
    assert "(0 rows)" in (await dlq("list", "--open")).stdout
    assert "(2 rows)" in (await dlq("list")).stdout


@pytest.mark.parametrize("driver", ["faust", "aiokafka"])
async def test_a_worker_stops_before_it_drains_a_topic_and_nothing_is_lost(
    settings: Settings, recorded: Recorded
) -> None:
    async with deployed(settings, ("worker", "gateway")) as stopping:
        for number in range(GARBAGE):
            topic = stopping.topic("state.plan")
            await stopping.producer.send_and_wait(topic, b"bad %d" % number, partition=0)
        with pytest.raises(TooManyDeadLetters, match=r"^state\.plan: "):
            await ended(stopping.tasks[0])
    tolerant = settings.model_copy(update={"dead_letter_ratio": 1.0})
    async with deployed(tolerant) as going:
        await going.publish(event(recorded[NAME]))
        assert (await going.outcomes(1))[NAME]["outcome"] == "resolved"
        values = await until(going, "state.plan.dead", GARBAGE)
    places = {CODEC.decode("dead_letter", value)["offset"] for value in values}
    assert places == set(range(GARBAGE))


async def test_a_gateway_stops_before_it_drains_the_public_topic(settings: Settings) -> None:
    async with deployed(settings, ("gateway",)) as stopping:
        for _ in range(GARBAGE):
            await stopping.publish_raw(b"garbage")
        with pytest.raises(TooManyDeadLetters, match=r"^intake: .*NotFramed: begins"):
            await ended(stopping.tasks[0])


async def ended(task: asyncio.Task[None]) -> None:
    """Wait for the end of a process. Raises what it raises."""
    async with asyncio.timeout(PATIENCE_S):
        await task
