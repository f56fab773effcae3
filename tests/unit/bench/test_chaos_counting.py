"""What a chaos run counts as broken: each count rises when, and only when, its promise breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from bench.chaos.counting import given_up_early
from bench.chaos.effects import Effect, compare
from bench.chaos.evidence import Evidence, Life, Written, gather
from bench.chaos.faults import FAULTS
from bench.chaos.money import billed_over_cap, spent_over_cap
from bench.chaos.resuming import Resume, resume_ms
from bench.chaos.striking import Struck
from streams.core.calls import heard_by_ms
from streams.core.hashing import digest
from streams.core.inputs import PlaceOf
from streams.sources.record import Held, SourceRecord
from tests.builders import CODEC

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from schemas.records import Call, CallResult, LedgerBlock

KEY = "run-1.1"
KINDS = {fault.name: fault for fault in FAULTS}


def call(call_id: str = f"{KEY}.1", name: str = "cancel_pending_order") -> Call:
    fields: dict[str, Any] = {
        "call_id": call_id,
        "idempotency_key": call_id.rpartition(".")[0],
        "name": name,
        "not_after_ms": 1_000,
        "act_limit_ms": 100,
    }
    return cast("Call", fields)


def with_calls(**endings: list[str]) -> Evidence:
    """Attempts 1, 2, ... of one writing call, and how each ended."""
    evidence = Evidence(CODEC)
    for attempt, ended in endings.items():
        call_id = f"{KEY}.{attempt.removeprefix('attempt_')}"
        evidence.calls[call_id] = call(call_id)
        evidence.endings[call_id] += ended
    return evidence


def effect(key: str = KEY, call_id: str = f"{KEY}.1") -> dict[str, Effect]:
    return {key: Effect(key, call_id, "run-1")}


def test_a_call_that_was_done_and_stands_in_the_store_is_an_intent_with_its_effect() -> None:
    found = compare(with_calls(attempt_1=["done"]), effect())

    assert found.intents == found.effects.keys() == {KEY}
    assert not found.in_doubt | found.unaudited | found.missing | found.unintended


def test_an_effect_without_a_call_on_the_ledger_is_unaudited() -> None:
    assert compare(Evidence(CODEC), effect()).unaudited == {KEY}


def test_a_call_said_to_be_done_of_which_the_store_knows_nothing_is_missing() -> None:
    assert compare(with_calls(attempt_1=["done"]), {}).missing == {KEY}


@pytest.mark.parametrize("ended", ["refused", "rejected", "expired"])
def test_an_effect_that_the_ledger_says_was_not_done_is_unintended(ended: str) -> None:
    assert compare(with_calls(attempt_1=[ended]), effect()).unintended == {KEY}


@pytest.mark.parametrize("ended", [["in_doubt"], ["failed"], []])
def test_a_call_whose_end_is_unknown_is_an_intent_if_the_store_shows_it(ended: list[str]) -> None:
    done = compare(with_calls(attempt_1=ended), effect())
    undone = compare(with_calls(attempt_1=ended), {})

    assert done.in_doubt == undone.in_doubt == {KEY}
    assert done.intents == {KEY}
    assert not undone.intents | done.unintended | undone.missing


def test_attempts_of_one_key_are_one_intent_and_a_late_answer_ends_the_doubt() -> None:
    again = with_calls(attempt_1=["in_doubt"], attempt_2=["done"])
    late = with_calls(attempt_1=["in_doubt", "done"])

    for evidence in (again, late):
        found = compare(evidence, effect())
        assert found.intents == {KEY}
        assert not found.in_doubt


def test_calls_that_only_read_intend_nothing() -> None:
    evidence = Evidence(CODEC)
    evidence.calls["run-1.1.1"] = call(name="get_order_details")
    evidence.endings["run-1.1.1"] = ["done"]

    assert not compare(evidence, {}).intents


@pytest.mark.parametrize(("late_ms", "early"), [(0, True), (1, False)])
def test_a_call_is_given_up_early_if_its_answer_was_there_by_its_deadline(
    late_ms: int, early: bool
) -> None:
    evidence = with_calls(attempt_1=["in_doubt"])
    evidence.given_up.add(f"{KEY}.1")
    evidence.heard_at_ms[f"{KEY}.1"] = heard_by_ms(call()) + late_ms

    assert bool(given_up_early(evidence)) == early


def test_a_call_that_was_never_answered_is_not_given_up_early() -> None:
    evidence = with_calls(attempt_1=["in_doubt"])
    evidence.given_up.add(f"{KEY}.1")

    assert not given_up_early(evidence)


def test_the_fullest_account_counts_against_the_cap_of_its_scope() -> None:
    evidence = Evidence(CODEC)
    evidence.spent_usd_micros |= {"acme|run|r-1|run|": 50, "acme|user|ann|day|2026-01-05": 90}

    assert spent_over_cap(evidence, {"run": 100, "user": 60}) == 1.5


def test_what_any_pool_answered_is_billed_even_twice_for_one_call() -> None:
    evidence = Evidence(CODEC)
    for offset in range(2):
        evidence.results[0, PlaceOf("journal.tool", offset, 0)] = cast(
            "CallResult",
            {
                "call_id": f"{KEY}.1",
                "run_id": "run-1",
                "workspace": "acme",
                "finished_at_ms": 5,
                "cost_usd_micros": 40,
            },
        )

    assert billed_over_cap(evidence, {"run-1": "ann"}, {"run": 100}) == 0.8


def written(at_ms: int, partition: int, pid: int) -> Written:
    return Written("ledger", partition, f"worker@host/{pid}.1", at_ms)


def test_a_killed_worker_is_felt_on_the_partitions_that_it_wrote_last() -> None:
    blocks = [written(10, 0, 7), written(20, 0, 8), written(15, 1, 7), written(200, 0, 7)]
    lives = [Life(0, 1, 90), Life(0, 1, 130), Life(1, 1, 150), Life(1, 1, 170)]
    struck = [Struck(KINDS["kill_worker"], 100, 101, (7,))]

    assert resume_ms(struck, blocks, lives) == {"kill_worker": Resume(50, 50, 1)}


def test_a_broker_that_is_restarted_is_felt_everywhere_from_when_it_is_back() -> None:
    lives = [Life(0, 1, 150), Life(1, 1, 230), Life(1, 1, 240)]
    struck = [Struck(KINDS["restart_broker"], 100, 140, ())]

    assert resume_ms(struck, [], lives) == {"restart_broker": Resume(50, 90, 2)}


def test_a_partition_without_a_run_under_way_is_no_sample() -> None:
    struck = [Struck(KINDS["kill_worker"], 100, 101, (7,))]

    assert resume_ms(struck, [written(10, 0, 7)], [Life(0, 120, 500), Life(0, 1, 50)]) == {}


def test_a_wait_that_the_next_fault_made_longer_is_no_sample() -> None:
    struck = [Struck(KINDS["kill_worker"], at, at + 1, (7,)) for at in (100, 120)]

    found = resume_ms(struck, [written(10, 0, 7)], [Life(0, 1, 150)])

    assert found == {"kill_worker": Resume(30, 30, 1)}


class Topics:
    """Records of one partition by topic."""

    def __init__(self, **values: list[bytes]) -> None:
        self._values = values

    async def partitions(self, topic: str) -> list[int]:
        return [0] if topic in self._values else []

    async def held(self, topic: str, partition: int) -> Held:  # noqa: ARG002
        return Held(0, len(self._values[topic]))

    async def read(
        self, topic: str, partition: int, from_offset: int = 0
    ) -> AsyncIterator[SourceRecord]:
        for offset, value in enumerate(self._values[topic][from_offset:], from_offset):
            yield SourceRecord(topic, partition, offset, 0, None, value, ())


def block(previous: bytes, amount: int) -> bytes:
    settled = {
        "entry": "settle",
        "call_id": f"{KEY}.1",
        "name": "tool",
        "amount_usd_micros": amount,
        "accounts": ["acme|run|r-1|run|"],
    }
    decision: dict[str, Any] = dict.fromkeys(
        ("input_topic", "run_id", "workspace", "workflow", "state", "rule", "transition", "reason"),
        "",
    )
    decision |= {"input_offset": -1, "input_place": None, "versions": None}
    decision |= {"changes": [], "emits": [], "accesses": [], "spend": [settled], "rungs": []}
    fields: dict[str, Any] = {
        "previous": previous,
        "writer": "worker@host/7.1",
        "decided_at_ms": 0,
        "forwarded_through": -1,
        "snapshot_offset": -1,
        "decisions": [decision],
        "snapshot": None,
    }
    return CODEC.encode("ledger_block", cast("LedgerBlock", fields))


async def test_a_block_that_does_not_extend_the_head_counts_for_nothing() -> None:
    first = block(bytes(16), 1)
    fork, second = block(bytes(16), 100), block(digest(first), 10)

    evidence = await gather(Topics(ledger=[first, fork, second]), CODEC)

    assert evidence.spent_usd_micros == {"acme|run|r-1|run|": 11}
    assert len(evidence.blocks) == 2
