"""The chaos run at a small size: nothing is lost, repeated or overspent, and what is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.chaos import report
from bench.chaos.running import Chaos
from streams.brokers.broker import Broker
from tests.brokers import DATA_DIR, URL_VARIABLE, can_start_on_jvm

RUNS, FAULTS, IN_FLIGHT, SEED = 150, 8, 80, 34
"""With this seed there are faults of workers, pools and broker, killed, frozen and restarted."""


@pytest.fixture
def broker_of_its_own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a broker that may be restarted can be started; else the one that tests share."""
    if not can_start_on_jvm():
        broker: Broker = request.getfixturevalue("kafka_broker")
        monkeypatch.setenv(URL_VARIABLE, broker.bootstrap_servers)
    return DATA_DIR


@pytest.mark.kafka
def test_nothing_is_lost_repeated_or_overspent_when_everything_fails_in_turn(
    broker_of_its_own: Path,
) -> None:
    chaos = Chaos(RUNS, FAULTS, IN_FLIGHT, SEED, None, 180.0, print)

    counts = chaos.run(broker_of_its_own)

    found = report.as_json(counts, chaos.conditions())
    assert found["violations"] == {}, report.as_text(counts, chaos.conditions())
    assert found["runs"] == sum(found["outcomes"].values()) == RUNS
    assert found["faults"] == FAULTS
    assert found["effects"] == found["intents"] > RUNS / 2
    assert 0 < found["spent_over_cap"] <= 1
    assert found["warehouse_equal"]
    assert found["resume_ms"]
