"""Pools that are full push back up to intake: what cannot be taken stays on its topic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from streams.brokers.broker import Broker
from streams.brokers.ports import free_port
from streams.settings import Settings
from tests.brokers import new_prefix, settings_for
from tests.deployments import Deployment, deployed
from tests.integration.health.conftest import text_of, until
from tests.integration.load.slow import Slow, event

ROLES = ("worker", "retrieval", "gateway")
PARTITIONS, CALLS, OPEN, INBOX = 2, 3, 20, 8
EVENTS = [event(f"gate {number}", f"shop-{number % 8}") for number in range(240)]
"""Of so many workspaces that both partitions get far more than they may take."""
TICKETS = 5
Shown = Mapping[str, float]


class Pressed:
    """A deployment whose processes show what they hold."""

    def __init__(self, running: Deployment, ports: Mapping[str, int], slow: Slow) -> None:
        self.running = running
        self.slow = slow
        self._ports = ports

    async def shown(self, role: str) -> Shown:
        """The values of a process's own metrics that have no labels."""
        text = await asyncio.to_thread(text_of, self._ports[role])
        families = text_string_to_metric_families(text)
        return {s.name: s.value for family in families for s in family.samples if not s.labels}

    async def bounded(self) -> tuple[Shown, Shown]:
        """What worker and pool show, which is never more than they may hold."""
        worker, pool = await self.shown("worker"), await self.shown("retrieval")
        assert worker["tollway_open_runs"] <= PARTITIONS * OPEN
        assert pool["tollway_calls_in_flight"] <= CALLS
        assert pool["tollway_inbox_records"] <= PARTITIONS * 2 * INBOX
        assert worker["tollway_inbox_records"] <= PARTITIONS * 2 * (2 * INBOX)
        return worker, pool

    async def pressed_back(self) -> bool:
        """Whether it has come to rest: all is taken that may be, and Kafka holds the rest."""
        worker, pool = await self.bounded()
        held = worker["tollway_held_back_partitions"] == PARTITIONS
        waiting = worker["tollway_inbox_records"] + worker["tollway_input_lag_records"]
        ended = len(self.slow.times("ended"))
        taken = ended + worker["tollway_open_runs"] + waiting
        return held and pool["tollway_calls_in_flight"] == CALLS and taken == len(EVENTS)


@pytest.fixture(params=["faust", "aiokafka"])
def settings(request: pytest.FixtureRequest, kafka_broker: Broker, tmp_path: Path) -> Settings:
    """Small limits."""
    return settings_for(
        kafka_broker,
        new_prefix(),
        partitions=PARTITIONS,
        driver=request.param,
        data_dir=tmp_path,
        calls_in_flight=CALLS,
        open_runs=OPEN,
        inbox_records=INBOX,
    )


@pytest.fixture
async def pressed(settings: Settings, tmp_path: Path) -> AsyncIterator[Pressed]:
    """One of each process, each with a port of its own."""
    slow, ports = Slow(tmp_path), {role: free_port() for role in ROLES}
    settings = slow.deploy(settings)
    async with AsyncExitStack() as stack:
        for role, port in ports.items():
            own = settings.model_copy(update={"metrics_port": port})
            running = await stack.enter_async_context(deployed(own, [role]))
        yield Pressed(running, ports, slow)
        slow.open_gate()


async def test_a_pool_that_is_stuck_lets_events_wait_on_their_topic_and_all_are_worked_off_later(
    pressed: Pressed,
) -> None:
    await pressed.running.publish(*EVENTS)
    await until(pressed.pressed_back)
    worker, pool = await pressed.bounded()
    assert worker["tollway_input_lag_records"] > len(EVENTS) / 3
    assert pool["tollway_input_lag_records"] > 0

    pressed.slow.leave_tickets(TICKETS)
    first = await pressed.running.outcomes(TICKETS)
    await until(pressed.pressed_back)

    pressed.slow.open_gate()
    rest = await pressed.running.outcomes(len(EVENTS) - TICKETS)
    assert {*first, *rest} == {event["event_id"] for event in EVENTS}
    assert pressed.slow.most_at_once() == CALLS
    assert set(pressed.slow.times("began").values()) == {1}
    worker, _ = await pressed.bounded()
    assert worker["tollway_open_runs"] == worker["tollway_held_back_partitions"] == 0
