"""What a pool hands on: small results as they are, large ones by reference, or a clear failure."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from streams.adapters import claim_check
from streams.adapters.claim_check import ClaimCheck
from streams.adapters.crash_points import CrashPoint, hooked
from streams.core.hashing import content_hash
from streams.core.payloads import Reference
from tests.builders import Note, result
from tests.unit.agents.acting import Desk, performer, tool_call
from tests.unit.payloads.memory import Flaky

if TYPE_CHECKING:
    from schemas.records import CallResult

INLINE, MOST = 100, 10_000


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_check, "FIRST_DELAY_S", 0.0)


def answer(size_bytes: int) -> CallResult:
    return result(tool_call(), result=b"x" * size_bytes, answer=Note(text=""))


async def kept(store: Flaky, given: CallResult) -> CallResult:
    return await ClaimCheck(store, INLINE, MOST, 5.0)(given)


async def test_a_result_within_the_limit_is_passed_on_as_it_is() -> None:
    store = Flaky()
    assert await kept(store, answer(INLINE)) == answer(INLINE)
    assert store.store.kept == {}


async def test_a_larger_one_is_kept_and_referred_to() -> None:
    store, given = Flaky(), answer(INLINE + 1)
    passed = await kept(store, given)
    name = content_hash(given["result"])
    reference = {"result": b"", "payload_hash": name, "payload_bytes": INLINE + 1}
    assert passed == {**given, **reference}
    assert store.store.kept == {name: given["result"]}


async def test_one_beyond_all_limits_fails_and_says_which_setting_decides() -> None:
    store = Flaky()
    passed = await kept(store, answer(MOST + 1))
    assert (passed["status"], passed["result"], passed["result_schema"]) == ("failed", b"", "")
    assert passed["error"] == (
        "the result holds 10001 bytes of at most 10000, see TOLLWAY_MAX_PAYLOAD_BYTES"
    )
    assert passed["cost_usd_micros"] == answer(1)["cost_usd_micros"]
    assert store.store.kept == {}


async def test_a_store_that_is_away_for_a_moment_is_tried_again() -> None:
    store = Flaky(failures=2)
    assert (await kept(store, answer(INLINE + 1)))["payload_bytes"] == INLINE + 1


async def test_a_store_that_stays_away_fails_the_call_with_its_cost() -> None:
    passed = await kept(Flaky(failures=99), answer(INLINE + 1))
    assert (passed["status"], passed["result"]) == ("failed", b"")
    assert passed["error"] == "the payload store cannot be written: it is away"
    assert passed["cost_usd_micros"] == answer(1)["cost_usd_micros"]


async def test_a_store_that_never_answers_fails_the_call() -> None:
    class Silent(Flaky):
        async def put(self, content: bytes) -> Reference:
            await asyncio.sleep(3600)
            return await super().put(content)

    passed = await ClaimCheck(Silent(), INLINE, MOST, 0.01)(answer(INLINE + 1))
    assert "the payload store took longer than" in passed["error"]


async def test_a_crash_after_the_store_leaves_the_payload_and_no_answer() -> None:
    class Crash(BaseException):
        pass

    def crash(point: CrashPoint) -> None:
        if point is CrashPoint.PAYLOAD_STORED:
            raise Crash

    store = Flaky()
    with hooked(crash), pytest.raises(Crash):
        await kept(store, answer(INLINE + 1))
    assert len(store.store.kept) == 1
    again = await kept(store, answer(INLINE + 1))
    assert list(store.store.kept) == [again["payload_hash"]]


async def test_a_performer_keeps_what_it_did_and_what_its_reconciler_found() -> None:
    store, huge = Flaky(), Note(text="x" * 3_000_000)
    check = ClaimCheck(store, INLINE, 10**9, 5.0)
    passed = await replace(performer(Desk(lambda: huge)), keep=check).perform(tool_call())
    assert passed["status"] == "done"
    assert passed["payload_bytes"] > 3_000_000
    assert store.store.kept[passed["payload_hash"]].endswith(b"xx")
