"""The load of the contest: who asks when, and when it ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from bench.overspend import load as load_module
from bench.overspend.load import CALLERS_AGAIN, NEVER_STOPPED, Answer, Load, now_ms


@dataclass
class Purse:
    """Holds two coins for each call under way and spends one: half comes free at the end."""

    coins: int
    held: int = 0
    most_under_way: int = 0
    fails: int = 0

    async def ask(self, number: int) -> Answer:
        asked_at_ms = now_ms()
        if self.fails:
            self.fails -= 1
            return Answer(number, "failed", asked_at_ms, now_ms(), "out of order")
        if self.coins - self.held < 2:
            return Answer(number, "refused", asked_at_ms, now_ms(), "empty")
        self.held += 2
        self.most_under_way = max(self.most_under_way, self.held // 2)
        await asyncio.sleep(0.001)
        self.held -= 2
        self.coins -= 1
        return Answer(number, "served", asked_at_ms, now_ms())


def counted(load: Load, kind: str) -> int:
    return sum(answer.kind == kind for answer in load.answers)


async def test_callers_come_back_for_what_was_only_held() -> None:
    load = Load(Purse(coins=10), in_flight=5, most_asks=1000)
    await load.run()
    assert counted(load, "served") == 9, "all but the coin that no call fits into"
    assert not load.ran_out
    assert load.notes() == []


async def test_no_more_are_under_way_than_there_are_callers() -> None:
    purse = Purse(coins=1000)
    await Load(purse, in_flight=7, most_asks=100).run()
    assert purse.most_under_way == 7


async def test_a_round_that_serves_nobody_is_the_last() -> None:
    load = Load(Purse(coins=0), in_flight=50, most_asks=1000)
    await load.run()
    assert counted(load, "refused") == len(load.answers) == 50


async def test_few_callers_look_for_what_is_left() -> None:
    load = Load(Purse(coins=100), in_flight=50, most_asks=1000)
    await load.run()
    refused = counted(load, "refused")
    assert (refused - 50) % CALLERS_AGAIN == 0
    assert refused > 50


async def test_a_system_that_never_refuses_is_stopped_and_said_so() -> None:
    load = Load(Purse(coins=10**9), in_flight=4, most_asks=100)
    await load.run()
    assert counted(load, "served") == 100
    assert load.notes() == [NEVER_STOPPED]


async def test_a_caller_whose_call_failed_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_module, "FAILED_PAUSE_S", 0)
    load = Load(Purse(coins=10, fails=3), in_flight=2, most_asks=100)
    await load.run()
    assert counted(load, "served") == 9
    assert load.notes() == ["3 failed, mostly: out of order"]
