"""kill -9 under load on real Kafka: nothing is lost and nothing is done twice."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

from streams.brokers.broker import Broker
from tests.brokers import new_prefix
from tests.promises import MOST, deployed_on, survived
from tollway.stack.supervisor import Supervisor

REQUESTS = 150
PAUSE_S = 1.0
KILLS = 8
KILL_EVERY_S = 3.0
VICTIMS = ("worker", "pool-model", "pool-retrieval", "pool-tool", "gateway")


class Killer:
    """Kills one process of the stack every so often; the supervisor starts it again."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._last_s = 0.0
        self.killed = 0

    def allows(self, share: float) -> bool:
        """See Trouble."""
        return share < MOST or self.killed == KILLS

    def __call__(self, stack: Supervisor, outcomes: int) -> None:
        now_s = time.monotonic()
        if outcomes and self.killed < KILLS and now_s - self._last_s > KILL_EVERY_S:
            self._last_s = now_s
            self._kill(stack, self._chance.choice(VICTIMS))

    def _kill(self, stack: Supervisor, name: str) -> None:
        for child, pid in stack.pids().items():
            if child.startswith(name):
                os.kill(pid, signal.SIGKILL)
                self.killed += 1
                return


def test_every_run_has_one_outcome_and_no_effect_is_lost_or_repeated_when_processes_are_killed(
    kafka_broker: Broker, tmp_path: Path
) -> None:
    killer = Killer(seed=7)
    settings = deployed_on(kafka_broker, tmp_path, new_prefix())
    survived(settings, tmp_path / "logs", killer, REQUESTS, PAUSE_S)
    assert killer.killed == KILLS
