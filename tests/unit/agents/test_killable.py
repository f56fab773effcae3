"""A tool that is priced by the second acts in a process, which is killed at the call's limit."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from agents.pools.acting import Performer, as_done
from agents.pools.processes import Killable
from agents.pools.tool import ToolPool
from tests.builders import NAME, NOON_MS, workflow
from tests.unit.agents.acting import Desk, tool_call

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

PATIENT_MS, SHORT_MS = 60_000, 8_000
"""A process takes a while to start on a busy machine."""
USD_MICROS_A_SECOND = 30
TOOLBOX = """
import time
from pathlib import Path
from schemas.errors import NonConforming, ToolRefusal
from tests.builders import Note

class Computing:
    def __init__(self, settings):
        self.beats = Path(settings["beats"])

    def perform(self, tool, arguments, context):
        {body}

    def close(self):
        pass

def open_toolbox(settings):
    return Computing(settings)
"""
ANSWERS = "return Note(text=arguments.text + '!')"
COMPUTES = """
        while True:
            with self.beats.open("a") as beats:
                beats.write(".")
            time.sleep(0.01)
"""


async def perform(tmp_path: Path, body: str, limit_ms: int = PATIENT_MS) -> CallResult:
    """What a pool answers to a call of a tool at 30 micro-USD a second."""
    folder = tmp_path / f"flows_{uuid4().hex}" / NAME
    folder.mkdir(parents=True)
    (folder / "toolbox.py").write_text(TOOLBOX.format(body=body))
    killable = {NAME: Killable(folder, {"beats": str(tmp_path / "beats")})}
    pool = ToolPool({NAME: Desk()}, {NAME: workflow()}, killable=killable)
    performer = Performer(pool.wire_type, pool.act, as_done, lambda: NOON_MS, "pool")
    rates, reserved = {"second": USD_MICROS_A_SECOND}, limit_ms * USD_MICROS_A_SECOND // 1_000
    call: Call = tool_call(rates=rates, reserved_usd_micros=reserved, act_limit_ms=limit_ms)
    return await performer.perform(call)


async def test_it_answers_as_in_a_thread_and_costs_its_time(tmp_path: Path) -> None:
    answer = await perform(tmp_path, ANSWERS)
    assert (answer["status"], answer["result"]) == ("done", b"\x0alook!")
    assert 30 <= answer["cost_usd_micros"] <= 1_800


async def test_it_is_killed_at_its_limit_and_costs_its_reservation(tmp_path: Path) -> None:
    answer = await perform(tmp_path, COMPUTES, SHORT_MS)
    assert (answer["status"], answer["cost_usd_micros"]) == ("in_doubt", 240)
    beats = (tmp_path / "beats").stat().st_size
    assert beats > 0
    await asyncio.sleep(0.1)
    assert (tmp_path / "beats").stat().st_size - beats <= 1


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ("raise ToolRefusal('not today')", "refused", "not today"),
        ("raise NonConforming('text', 'too long')", "rejected", "text: too long"),
        ("raise KeyError('x')", "failed", "RuntimeError: KeyError: 'x'"),
        (
            "import os; os._exit(3)",
            "failed",
            "RuntimeError: the process of look ended without an answer",
        ),
    ],
)
async def test_what_it_raises_becomes_a_status_and_a_text(
    tmp_path: Path, body: str, status: str, error: str
) -> None:
    answer = await perform(tmp_path, body)
    assert (answer["status"], answer["error"]) == (status, error)
