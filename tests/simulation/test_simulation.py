"""A fixed set of histories, a set that is drawn anew each time, and what they must consist of.

More of them: tollway simulate --seeds 1000
"""

from __future__ import annotations

import itertools
import json
import secrets
import subprocess
import sys
from collections import Counter
from functools import cache
from typing import Any

import pytest

from simulation.campaign import run
from simulation.invariants import INVARIANTS
from simulation.invariants.base import Invariant
from simulation.running import History, command, live
from simulation.world import Plan
from streams.adapters.crash_points import CrashPoint
from streams.core import gate

SMALL, LARGE = 6, 50
FIXED, FIXED_LARGE = 40, 3
RANDOM_S = 20.0


def check(history: History) -> History:
    again = command(Plan(history.seed, len(history.world.events)))
    assert history.violation is None, f"{history.violation}\nto see it again: {again}"
    return history


@cache
def small(seed: int) -> History:
    return live(Plan(seed, SMALL))


@cache
def large(seed: int) -> History:
    return live(Plan(seed, LARGE))


@pytest.mark.parametrize("seed", range(FIXED))
def test_every_invariant_holds_in_a_small_world(seed: int) -> None:
    check(small(seed))


@pytest.mark.parametrize("seed", range(FIXED_LARGE))
def test_every_invariant_holds_in_a_large_world(seed: int) -> None:
    check(large(seed))


def test_every_invariant_holds_in_histories_that_nobody_has_seen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = secrets.randbelow(2**32)
    campaign = run((Plan(seed, SMALL) for seed in itertools.count(first)), RANDOM_S)
    with capsys.disabled():
        sys.stdout.write(f"\nsimulated {campaign.seeds} histories from seed {first} on\n")
    again = campaign.broken and command(campaign.broken)
    assert campaign.violation is None, f"{campaign.violation}\nto see it again: {again}"


def test_a_seed_is_a_history() -> None:
    assert live(Plan(3, SMALL)).digest == small(3).digest
    assert small(3).digest != small(4).digest


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_a_seed_is_a_history_in_every_process(hash_seed: str) -> None:
    arguments = ["simulate", "--first", "3", "--seeds", "2", "--runs", str(SMALL), "--json"]
    program = "import sys; from tollway.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    ours = run(Plan(seed, SMALL) for seed in (3, 4))
    assert json.loads(done.stdout)["digest"] == ours.digest


def test_there_is_trouble_enough() -> None:
    """All that can go wrong does, somewhere in the fixed set."""
    histories = [*map(small, range(FIXED)), *map(large, range(FIXED_LARGE))]
    rules = Counter(rule for history in histories for rule in rules_of(history))
    wanted = {
        "answer.late",
        "answer.in_doubt",
        "answer.expired",
        "answer.refused",
        "timer.unheard",
        "timer.retry",
        "timer.over",
        "timer.forgotten",
        "intake.duplicate",
        "call.answered_before",
        "timer.resumed",
        "wake.tried",
        "control.cap_set",
        "control.stale",
        "control.switched",
        "timer.escalated",
        "timer.expired",
        "approval.granted",
        "approval.agreed",
        "approval.denied",
        "approval.late",
        "approval.twice",
        "approval.role",
        "approval.requester",
        "approval.arguments_changed",
        "approval.unknown",
    }
    assert wanted <= rules.keys(), wanted - rules.keys()
    assert {"cheaper_model", "smaller_output", "skip_optional", "ask", "pause", "finish"} <= {
        rung.split(".")[1] for history in histories for rung in rungs_of(history)
    }
    assert sum(history.void_blocks for history in histories) > FIXED
    assert sum(sum(history.crashes.values()) for history in histories) > FIXED
    assert any(said(history, "outcomes", b"budget: ") for history in histories)
    assert any(b"forbidden: " in value for h in histories for value in values(h, "outcomes"))


def test_runs_end_while_there_is_trouble_and_not_only_after_it() -> None:
    ended = sum(small(seed).world.ended_in_trouble for seed in range(FIXED))
    assert ended > FIXED


def test_every_invariant_has_a_file_of_its_own_name() -> None:
    files = {kind.__module__.rsplit(".", 1)[1] for kind in INVARIANTS.values()}
    assert files == set(INVARIANTS)
    assert all(issubclass(kind, Invariant) for kind in INVARIANTS.values())


def rules_of(history: History) -> list[str]:
    return [decision["rule"] for decision in decisions_of(history)]


def rungs_of(history: History) -> list[str]:
    return [rung for decision in decisions_of(history) for rung in decision["rungs"]]


def decisions_of(history: History) -> list[dict[str, Any]]:
    codec, topics = history.world.codec, history.world.topics
    blocks = [
        codec.decode("ledger_block", record.value)
        for stream in history.world.witness.streams
        for record in topics[stream]
    ]
    return [decision for block in blocks for decision in block["decisions"]]


def values(history: History, topic: str) -> list[bytes]:
    return [record.value for record in history.world.topics[topic]]


def said(history: History, topic: str, text: bytes) -> bool:
    return any(text in value for value in values(history, topic))


def test_a_crash_that_is_asked_for_is_part_of_the_command() -> None:
    plan = Plan(7, 5, CrashPoint.APPENDED)
    wanted = "tollway simulate --first 7 --seeds 1 --runs 5 --crash-at APPENDED"
    assert command(plan) == wanted


def test_however_many_processes_share_the_work_the_campaign_is_the_same() -> None:
    plans = [Plan(seed, SMALL) for seed in range(5)]
    alone, shared = run(plans), run(plans, processes=2)
    assert (shared.seeds, shared.digest, shared.crashes) == (5, alone.digest, alone.crashes)


def test_a_violation_ends_a_campaign_of_many_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_forbidden", lambda *_: None)
    plans = [Plan(seed, SMALL) for seed in range(200)]
    alone, shared = run(plans), run(plans, processes=2)
    assert shared.violation is not None
    assert (shared.seeds, shared.broken) == (alone.seeds, alone.broken)
