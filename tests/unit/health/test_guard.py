"""The guard ends a process that nothing inside its event loop can end, and no other."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest

from streams.adapters import guard as module
from streams.adapters.guard import Guard


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_S", 0.1)
    monkeypatch.setattr(module, "ENDING_S", 0.2)


class Ended:
    """Notes why the process would have ended."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def __call__(self, reason: str) -> None:
        self.reasons.append(reason)


async def test_a_loop_that_answers_is_left_alone() -> None:
    ended = Ended()
    with Guard(0.7, ended):
        await asyncio.sleep(1.2)
    assert ended.reasons == []


async def test_a_loop_that_is_blocked_for_too_long_ends_the_process() -> None:
    ended = Ended()
    with Guard(0.7, ended):
        time.sleep(1.6)  # noqa: ASYNC251  this is what is tested
    (reason,) = ended.reasons
    assert "the event loop has not answered" in reason


async def test_a_loop_that_is_blocked_for_a_moment_is_left_alone() -> None:
    ended = Ended()
    with Guard(1.5, ended):
        for _ in range(4):
            time.sleep(0.5)  # noqa: ASYNC251  as above
            await asyncio.sleep(0.4)
    assert ended.reasons == []


async def test_a_process_that_ends_in_order_is_left_alone() -> None:
    ended = Ended()
    with Guard(0.7, ended):
        pass
    await asyncio.sleep(1.0)
    assert ended.reasons == []


async def test_a_stalled_process_that_does_not_end_is_ended() -> None:
    """Also when it hangs after the guarded part: an executor may wait for a thread for ever."""
    ended = Ended()
    with Guard(60, ended) as guard:
        guard.expect_end()
    await asyncio.sleep(1.0)
    assert ended.reasons == ["it is stalled and has not ended within 0 s"]


def test_ending_at_once_says_why_shows_where_threads_stand_and_exits_with_1() -> None:
    code = (
        "import time, threading; from streams.adapters.guard import end_at_once\n"
        "def blocks(): end_at_once('it is stuck')\n"
        "threading.Thread(target=blocks).start()\n"
        "time.sleep(60)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert "it is stuck; the process ends" in done.stderr
    assert "in blocks" in done.stderr
    assert "in <module>" in done.stderr
