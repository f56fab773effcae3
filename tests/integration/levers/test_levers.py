"""Levers on a real Kafka: the fleet stops and goes on within seconds, and the record says why."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from streams.settings import Settings
from tests.deployments import deployed
from tests.integration.approvals.refunds import paid, refund_settings, wants
from tollway.cli import main

PEOPLE = """\
people: [{id: ann, roles: [operator]}, {id: fay, roles: [operator]}]
commands: {pause: {roles: [operator]}, release: {roles: [operator], people: 2}}
"""
SOON_S = 5.0
"""Within this a lever acts."""


@pytest.fixture
def settings(kafka_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    changes = {"driver": "aiokafka", "data_dir": tmp_path}
    made = refund_settings(kafka_settings.model_copy(update=changes), tmp_path)
    (made.workflows_dir / "operators.yaml").write_text(PEOPLE)
    for name in ("bootstrap_servers", "topic_prefix", "partitions"):
        monkeypatch.setenv(f"TOLLWAY_{name.upper()}", str(getattr(made, name)))
    return made


async def control(*arguments: str) -> Result:
    command = ["control", *arguments]
    done = await asyncio.to_thread(CliRunner().invoke, main, command)
    assert done.exit_code == 0, done.output
    return done


async def until_decided(rule: str, times: int) -> None:
    """Until that many partitions have decided so; fails when it takes too long."""
    began = time.monotonic()
    while True:
        shown = orjson.loads((await control("show", "--json")).stdout)
        places = sum(one["partitions"] for one in shown["levers"]) if rule == "pulled" else 0
        decided = [one["rule"] for one in shown["decided"]]
        if places == times or decided.count(rule) == times:
            return
        assert time.monotonic() - began < SOON_S, shown


@pytest.mark.kafka
async def test_a_pause_of_the_whole_fleet_and_its_release_by_two_people_act_within_seconds(
    settings: Settings, tmp_path: Path
) -> None:
    roles = ("worker", "model", "tool", "gateway")
    async with deployed(settings, roles) as deployment:
        await deployment.publish(wants(100))
        await deployment.outcomes(1)
        await control("pause", "--everywhere", "--who", "ann", "--why", "incident 17")
        await until_decided("pulled", settings.partitions)
        await deployment.publish(wants(4_499))
        await control("release", "--everywhere", "--who", "eve", "--why", "let me")
        await until_decided("control.refused", 1)
        assert paid(tmp_path) == [100]
        given = await control("release", "--everywhere", "--who", "ann", "--why", "over", "--json")
        command_id = orjson.loads(given.stdout)["command_id"]
        await until_decided("control.proposed", 1)
        await control("confirm", command_id, "--everywhere", "--who", "fay", "--why", "agreed")
        async with asyncio.timeout(SOON_S):
            (outcome,) = (await deployment.outcomes(1)).values()
        assert outcome["outcome"] == "resolved"
        assert paid(tmp_path) == [100, 4_499]
