"""A new contract is rolled out under load, process by process: nothing is lost or done twice."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from sinks.warehouse.reading import Reader
from streams.brokers.broker import Broker
from streams.settings import Settings
from tests.brokers import new_prefix
from tests.integration.health.conftest import get
from tests.promises import deployed_on, survived
from tollway.stack.supervisor import Supervisor

REQUESTS = 120
PROCESSES = 8
OLD = Path("workflows/retail_support")
MODULES = ("tools", "retrievers", "checks", "checks_before", "retrieval", "toolbox")

WRITERS_UNDER_SEVERAL = """
SELECT writer FROM facts.decisions
WHERE contract_version <> '' AND rule <> 'state.not_expected'
GROUP BY writer HAVING count(DISTINCT contract_version) > 1
"""
"""Each process decides under what was deployed when it began."""
MOVES = """
SELECT reason FROM (
    SELECT reason, contract_version, rule, lag(contract_version) OVER one_run AS before
    FROM facts.decisions WHERE contract_version <> ''
    WINDOW one_run AS (PARTITION BY run_id ORDER BY ledger_offset, ledger_index)
) WHERE before <> contract_version AND rule <> 'state.not_expected'
"""
"""What is said where a run goes on under another contract."""


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The workflow's folder with the next version of its contract, in which calls cost more."""
    folder = tmp_path / "flows" / OLD.name
    shutil.copytree(OLD / "prompts", folder / "prompts")
    for name in MODULES:
        (folder / f"{name}.py").write_text(f"from workflows.retail_support.{name} import *\n")
    contract = yaml.safe_load((OLD / "contract.yaml").read_text())
    version = version_of(OLD) + 1
    prices = {name: price + 5 for name, price in contract["prices_usd_micros"].items()}
    changed = {**contract, "version": version, "prices_usd_micros": prices}
    (folder / "contract.yaml").write_text(yaml.safe_dump(changed))
    return folder.parent


def version_of(folder: Path) -> int:
    """The version of a workflow's contract."""
    return int(yaml.safe_load((folder / "contract.yaml").read_text())["version"])


class Rollout:
    """Ends every process in turn; the next one only once its successor is ready.

    Each time there are new requests, of which some have ended and others are under way.
    """

    def __init__(self, after: Settings, seed: int) -> None:
        self._after = after
        self._order = random.Random(seed)
        self._names: list[str] = []
        self._left: list[str] = []
        self._ended: tuple[str, int] | None = None
        self._done = 0
        self._outcomes = 0

    def allows(self, share: float) -> bool:
        """See Trouble."""
        return share < (self._done + 1) / (PROCESSES + 1)

    def __call__(self, stack: Supervisor, outcomes: int) -> None:
        if self._ended is not None and self._is_back(stack, *self._ended):
            self._ended, self._outcomes = None, outcomes
            self._done += 1
        elif self._ended is None and self._done < PROCESSES and outcomes > self._outcomes:
            self._end_one(stack)

    def _begin(self, stack: Supervisor) -> None:
        stack.settings = self._after
        self._names = list(stack.pids())
        self._left = self._order.sample(self._names, PROCESSES)

    def _end_one(self, stack: Supervisor) -> None:
        if not self._names:
            self._begin(stack)
        name = self._left.pop()
        self._ended = name, stack.pids()[name]
        os.kill(self._ended[1], signal.SIGTERM)

    def _is_back(self, stack: Supervisor, name: str, pid: int) -> bool:
        port = self._after.metrics_port + self._names.index(name)
        return stack.pids().get(name, pid) != pid and get(port, "/readyz")[0] == 200


def ports_in_a_row(count: int) -> int:
    """The first of so many free ports."""
    for first in range(20_000, 30_000, count):
        try:
            with ExitStack() as held:
                for port in range(first, first + count):
                    held.enter_context(socket.create_server(("127.0.0.1", port)))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


def test_a_new_contract_is_rolled_out_under_load_and_runs_move_by_the_rule(
    kafka_broker: Broker, tmp_path: Path, newer: Path
) -> None:
    ports = ports_in_a_row(PROCESSES)
    settings = deployed_on(kafka_broker, tmp_path, new_prefix(), metrics_port=ports)
    rollout = Rollout(settings.model_copy(update={"workflows_dir": newer}), seed=3)
    outcomes = survived(settings, tmp_path / "logs", rollout, REQUESTS)
    began_with = {outcome["versions"]["contract"].split("+")[0] for outcome in outcomes.values()}
    deployed = version_of(OLD)
    assert began_with == {f"{OLD.name}@{deployed}", f"{OLD.name}@{deployed + 1}"}
    warehouse = Reader(tmp_path / "warehouse.duckdb", patience_s=20)
    assert warehouse.ask(WRITERS_UNDER_SEVERAL).rows == []
    reasons = [str(reason) for (reason,) in warehouse.ask(MOVES).rows]
    assert reasons
    assert all(reason.startswith(f"moved from {OLD.name}@") for reason in reasons), reasons
    assert ends_in_order(tmp_path / "logs")


def ends_in_order(logs: Path) -> bool:
    """Whether every process said that it was stopped, and none that it failed."""
    said = [log.read_text() for log in logs.iterdir()]
    assert len(said) == PROCESSES
    return all("stopped" in text and "Error:" not in text for text in said)
