"""Whole worlds of trouble, each from one seed, and what must hold at their end.

More of them: TOLLWAY_TEST_SIMULATION_SEEDS=1000 python -m pytest tests/simulation
"""

from __future__ import annotations

import asyncio
import os

import pytest

from streams.core import budget, snapshot
from streams.core.chain import Chain
from streams.core.claims import Claims
from streams.core.fold import Fold
from streams.core.writer import Writer
from streams.settings import TEST_PREFIX
from tests.builders import CODEC
from tests.simulation.healing import heal
from tests.simulation.promises import check
from tests.simulation.trouble import TROUBLE
from tests.simulation.world import Violation, World

SEED, SEEDS = f"{TEST_PREFIX}SIMULATION_SEED", f"{TEST_PREFIX}SIMULATION_SEEDS"
STEPS = 800
FIRST = int(os.environ.get(SEED, "0"))
COUNT = int(os.environ.get(SEEDS, "1" if SEED in os.environ else "25"))


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "PART_BYTES", 600)


def live(seed: int) -> World:
    """One history, judged. Raises Violation with the command that repeats it."""
    world = World(seed)
    try:
        asyncio.run(history(world))
        check(world)
    except Violation as violation:
        again = f"{SEED}={seed} python -m pytest tests/simulation"
        raise Violation(f"seed {seed}: {violation}\nto see it again: {again}") from violation
    return world


async def history(world: World) -> None:
    await world.suffer(TROUBLE, STEPS)
    await heal(world)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_every_promise_holds_through_all_trouble(seed: int) -> None:
    live(seed)


def test_a_seed_is_a_history() -> None:
    one, other = live(FIRST), live(FIRST)
    assert one.topics == other.topics
    assert one.acts == other.acts


def test_there_is_trouble_enough() -> None:
    """Blocks that lost, snapshots, calls in doubt, runs that ran into a cap."""
    worlds = [live(seed) for seed in range(8)]
    ledgers = [folded_from_the_beginning(world) for world in worlds]
    assert sum(ledger.void_blocks for ledger in ledgers) > 20
    assert any(ledger.snapshot_offset >= 0 for ledger in ledgers)
    assert said(worlds, "call.results", b"whether it acted is unknown")
    assert said(worlds, "outcomes", b"budget: ")


def folded_from_the_beginning(world: World) -> Fold:
    whole = Fold(CODEC)
    for offset, record in enumerate(world.topics["ledger"]):
        whole.read(offset, record.value)
    return whole


def said(worlds: list[World], topic: str, text: bytes) -> bool:
    return any(text in record.value for world in worlds for record in world.topics[topic])


RULES = {
    "a block must extend the head": (Chain, "extends", lambda *_: True),
    "a block must land where it was expected": (Writer, "acknowledge", lambda *_: True),
    "an input is applied once": (Fold, "applied", lambda *_: False),
    "a claim without an answer is in doubt": (Claims, "after_fold", lambda *_: []),
    "a call must fit every cap": (budget, "first_short", lambda *_: None),
}


@pytest.mark.parametrize("rule", RULES)
def test_without_a_rule_the_same_seeds_break_a_promise(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, name, off = RULES[rule]
    monkeypatch.setattr(owner, name, off)
    with pytest.raises(Violation):
        live_all(range(40))


def live_all(seeds: range) -> None:
    for seed in seeds:
        live(seed)
