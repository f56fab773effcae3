"""`tollway demo` on the real requests: exact changes, exact errors, and races that end well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.brokers.broker import Broker
from tests.integration.demo.conftest import RunDemo, tollway
from tests.integration.retail.desk import Desk, independent_requests, recorded_requests


@pytest.fixture
def independent_file(tmp_path: Path) -> Path:
    """The requests of which no two touch the same order or the same changed customer."""
    path = tmp_path / "independent.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, independent_requests())))
    return path


def assert_exact(printed: dict[str, Any], requests: list[dict[str, Any]]) -> None:
    """Every request resolved or escalated as recorded, with exactly its changes."""
    assert set(printed["requests"]) == {request["id"] for request in requests}
    for request in requests:
        got = printed["requests"][request["id"]]
        refusals = [step["error"] for step in request["steps"] if step["error"]]
        expected = ("escalated", refusals[0]) if refusals else ("resolved", None)
        assert (got["outcome"], got["error"]) == expected, request["id"]
        assert got["changed"] == {"orders": {}, "users": {}, **request["changed"]}, request["id"]
        assert got["spent_usd_micros"] > 0


def test_independent_requests_all_at_once_give_exactly_their_recorded_changes_and_errors(
    run_demo: RunDemo, independent_file: Path
) -> None:
    printed = run_demo("--requests", str(independent_file))

    assert_exact(printed, independent_requests())
    counted = [request["outcome"] for request in printed["requests"].values()]
    assert printed["outcomes"] == {kind: counted.count(kind) for kind in set(counted)}
    spent = sum(request["spent_usd_micros"] for request in printed["requests"].values())
    assert printed["spent_usd_micros"] == spent


def test_the_same_on_real_kafka_with_two_workers_two_tool_pools_and_postgresql(
    run_demo: RunDemo, independent_file: Path, kafka_broker: Broker, postgres_url: str
) -> None:
    printed = run_demo(
        *("--kafka", "--workers", "2", "--tool-pools", "2"),
        *("--requests", str(independent_file)),
        bootstrap_servers=kafka_broker.bootstrap_servers,
        store_url=postgres_url,
    )

    assert_exact(printed, independent_requests())


def test_requests_that_compete_end_with_the_tools_error_and_the_store_equals_its_log(
    run_demo: RunDemo, tmp_path: Path
) -> None:
    printed = run_demo()

    assert len(printed["requests"]) == len(recorded_requests())
    for request_id, got in printed["requests"].items():
        assert got["outcome"] in {"resolved", "escalated"}, request_id
        assert (got["error"] is None) == (got["outcome"] == "resolved")
        assert (got["error"] or "Error:").startswith(REASONS), request_id
    with Desk(f"sqlite:///{tmp_path}/demo/store.db") as desk:
        entries, final = desk.entries(), desk.store.dump()
        desk.wind_back()
        for entry in entries:
            desk.call(entry["tool"], entry["arguments"], entry["idempotency_key"])
        assert desk.store.dump() == final
    assert_holds(tmp_path)


REASONS = ("Error:", "order_status: ")
"""A tool's own words, or those of the check that looks at the order just before."""


def assert_holds(data_dir: Path) -> None:
    """Chain, claims, money and copies hold; every block is decided again equally; the warehouse
    equals the ledger; and what the demo suggests works."""
    folder = str(data_dir / "demo")
    export = f"{folder}/export"
    tollway("audit", "verify", "--redecide", "--export", export, data_dir=folder)
    tollway("audit", "warehouse", "--export", export, data_dir=folder)
    (run,) = orjson.loads(tollway("runs", "--limit", "1", "--json", data_dir=folder))
    assert run["event_id"] in tollway("run", "show", run["run_id"][:12], data_dir=folder)
    replayed = tollway("replay", run["run_id"][:12], "--export", export, data_dir=folder)
    assert "differs" not in replayed
    counted = tollway("sql", "SELECT count(*) AS n FROM runs", "--json", data_dir=folder)
    assert orjson.loads(counted) == [{"n": len(recorded_requests())}]
