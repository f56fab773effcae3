"""A small contest: the meter can show overspend, and Tollway shows none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from bench.overspend.__main__ import main
from streams.brokers.broker import Broker
from tests.brokers import DATA_DIR, URL_VARIABLE


def contest(*arguments: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    given = {"TOLLWAY_DATA_DIR": str(DATA_DIR), **(env or {})}
    result = CliRunner().invoke(main, [*arguments, "--json"], env=given, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_meter_shows_what_check_then_add_spends_over_its_cap() -> None:
    found = contest("--systems", "naive", "--caps", "10", "--in-flight", "1,32", "--faults", "none")

    one_by_one, side_by_side = found["cells"]
    assert 1 < one_by_one["spent_over_cap"] < 1.1, "at most one call over"
    assert side_by_side["spent_over_cap"] > 2
    assert side_by_side["billed_calls"] == side_by_side["served"] == 32


@pytest.mark.kafka
def test_tollway_stays_within_the_cap_and_stops_when_the_provider_does_not(
    kafka_broker: Broker,
) -> None:
    broker = {URL_VARIABLE: kafka_broker.bootstrap_servers}
    faults = "none,redelivery,unpriced,over_limit"
    asked = ("--systems", "tollway", "--caps", "10", "--in-flight", "32", "--faults", faults)

    found = {cell["fault"]: cell for cell in contest(*asked, env=broker)["cells"]}

    for fault in ("none", "redelivery"):
        assert 0.7 < found[fault]["spent_over_cap"] <= 1, found[fault]
        assert found[fault]["billed_calls"] == found[fault]["admitted"]
        assert found[fault]["refused_by_gate"] > 0
        assert found[fault]["refused_affordable"] == 0
    assert found["unpriced"]["billed_calls"] == 0
    assert found["over_limit"]["violations"] > 0
    assert found["over_limit"]["spent_over_cap"] > 1
    assert found["over_limit"]["admitted_after_violation"] == 0
