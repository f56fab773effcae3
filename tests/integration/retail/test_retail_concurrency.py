"""Several processes, each with several threads, on one store."""

from __future__ import annotations

import multiprocessing
import random
from concurrent.futures import ProcessPoolExecutor

from tests.integration.retail.desk import Desk, recorded_requests
from tests.integration.retail.hammer import Work, hammer

PROCESSES = 3
THREADS = 3


def contested_calls(seed: int) -> list[Work]:
    """Calls that fight over few customers: their recorded steps, in any order, and moves."""
    chance = random.Random(seed)
    busy = [r for r in recorded_requests() if len(r["steps"]) > 2 or "users" in r["changed"]]
    users = {request["user_id"] for request in chance.sample(busy, 12)}
    steps = [
        (step["tool"], step["arguments"])
        for request in recorded_requests()
        if request["user_id"] in users
        for step in request["steps"]
    ]
    moves = [
        ("modify_user_address", {"user_id": user, **address(n)}) for user in users for n in range(5)
    ]
    calls = [(*call, f"key {n}") for n, call in enumerate(steps + moves)]
    chance.shuffle(calls)
    return calls


def address(number: int) -> dict[str, str]:
    """One of many addresses."""
    place = {"city": "Reno", "state": "NV", "country": "USA", "zip": "89501"}
    return {"address1": f"{number} New St", "address2": "", **place}


def test_a_key_performed_everywhere_at_once_acts_once_and_answers_everybody_alike(
    store_url: str,
) -> None:
    calls = contested_calls(seed=1)
    shuffled = [random.Random(n).sample(calls, len(calls)) for n in range(PROCESSES)]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool:
        running = [pool.submit(hammer, store_url, part, THREADS) for part in shuffled]
        first, *others = [future.result() for future in running]
    assert all(other == first for other in others)
    with Desk(store_url) as desk:
        assert sorted(entry["idempotency_key"] for entry in desk.entries()) == sorted(first)


def test_calls_applied_one_by_one_in_the_order_of_the_log_give_the_same_answers_and_store(
    store_url: str,
) -> None:
    calls = contested_calls(seed=2)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool:
        parts = [calls[n::PROCESSES] for n in range(PROCESSES)]
        running = [pool.submit(hammer, store_url, part, THREADS) for part in parts]
        answers = {key: answer for future in running for key, answer in future.result().items()}
    with Desk(store_url) as desk:
        entries, contested = desk.entries(), desk.store.dump()
        assert len(entries) == len(calls)
        desk.wind_back()
        for entry in entries:
            key = entry["idempotency_key"]
            assert desk.call(entry["tool"], entry["arguments"], key) == answers[key]
        assert desk.store.dump() == contested
    assert 0 < sum(error is not None for _, error in answers.values()) < len(answers)
