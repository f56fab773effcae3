"""What the systems are given, and what is checked about what they did."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from agents.models.recordings import load
from agents.workflows import load_workflows
from bench.errors import InvalidMeasurement
from bench.measured import RECORD_BYTES, STATES
from bench.peers.aiokafka_router import visited
from bench.processes import children, cpu_seconds
from bench.systems import aiokafka_router, peer_venv
from bench.systems.passed import check_passed
from bench.systems.table import NAMES, systems
from bench.systems.tollway import CODEC, number_of_resolved
from bench.throughput import main
from bench.workloads.governed import Governed, recording
from bench.workloads.seven_states import WORKFLOWS_DIR, SevenStates
from schemas.errors import SettingError
from schemas.examples import example
from streams.settings import Settings
from tollway.topics import ensure_all_topics
from workflows.retail_support.store import open_store


def test_there_is_a_system_for_every_name(tmp_path: Path) -> None:
    from bench.servers.servers import servers  # noqa: PLC0415

    with servers(tmp_path) as none_started:
        named = [one.name for one in systems(none_started, tmp_path, "faust")]
    assert tuple(named) == NAMES


def test_an_unknown_system_is_refused_by_name() -> None:
    result = CliRunner().invoke(main, ["--systems", "tollway,temporal"])
    assert result.exit_code == 2
    assert "temporal: no such system" in result.output


def test_the_seven_state_workflow_makes_no_call() -> None:
    workflow = load_workflows(WORKFLOWS_DIR, CODEC)["seven_states"]
    assert not workflow.call_types
    assert len(SevenStates().event(0)["request"]) == RECORD_BYTES


def test_the_router_counts_every_state_and_a_skipped_one_is_noticed() -> None:
    value = aiokafka_router.beginning(41).value
    for _ in range(STATES - 1):
        value = visited(value)
    with pytest.raises(InvalidMeasurement, match=f"{STATES - 1} states"):
        aiokafka_router.number(value)
    assert aiokafka_router.number(visited(value)) == 41


def test_every_governed_run_has_a_customer_an_order_and_a_plan_of_its_own(tmp_path: Path) -> None:
    settings = Governed().prepare(Settings(), tmp_path, runs=3)
    assert settings.recordings is not None
    plans = load(settings.recordings)
    for number in range(3):
        event = Governed().event(number)
        steps = plans.find(event["user_id"], event["request"])
        assert steps is not None
        assert [step["tool"] for step in steps] == ["get_order_details", "cancel_pending_order"]
    store = open_store(str(settings.store_url))
    orders = store.dump()["orders"]
    store.close()
    owners = {order["user_id"] for order in orders.values()}
    assert owners == {recording(number)["user_id"] for number in range(3)}
    assert {order["status"] for order in orders.values()} == {"pending"}


def test_an_outcome_other_than_resolved_is_no_measurement() -> None:
    outcome = example("outcome", "typical")
    resolved = {**outcome, "outcome": "resolved", "event_id": "12"}
    assert number_of_resolved(CODEC.encode("outcome", resolved)) == 12
    failed = {**resolved, "outcome": "failed", "error": "budget"}
    with pytest.raises(InvalidMeasurement, match="failed: budget"):
        number_of_resolved(CODEC.encode("outcome", failed))


async def test_runs_that_skip_a_state_are_noticed(memory_settings: Settings) -> None:
    await ensure_all_topics(memory_settings)
    with pytest.raises(InvalidMeasurement, match="not every run passed intake, retrieval"):
        await check_passed(memory_settings, runs=1)


def test_peers_that_pip_cannot_install_say_what_pip_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "requirements.txt"
    broken.write_text("no requirement at all ==\n")
    monkeypatch.setattr(peer_venv, "REQUIREMENTS", broken)
    with pytest.raises(SettingError, match=r"(?s)not installed: pip said .*no requirement"):
        peer_venv.peer_python(tmp_path)


def test_cpu_time_of_a_child_counts_with_that_of_its_ended_children() -> None:
    burn = "import time\nwhile time.process_time() < 0.5: pass"
    nested = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); "
        "print('burnt', flush=True); input()"
    )
    before = children()
    command = [sys.executable, "-c", nested]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert children() - before == {child.pid}
        assert child.stdout is not None
        assert child.stdout.readline() == b"burnt\n"
        assert cpu_seconds({child.pid}) >= 0.5
        child.communicate(b"\n")


def test_every_peer_is_pinned() -> None:
    pins = peer_venv.versions()
    assert {"langgraph", "langgraph-checkpoint-postgres", "dbos", "psycopg"} <= pins.keys()
