"""One demonstration from start to end: fresh store, fresh topics, processes, traffic, report."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from agents.workflows import WorkflowFolder
from schemas.errors import SettingError
from streams.settings import Settings
from tollway.codecs import open_codec
from tollway.demo.report import Report
from tollway.demo.requests import WORKFLOW, Request, read_requests
from tollway.demo.traffic import collect, publish
from tollway.stack.roles import roles
from tollway.stack.supervisor import Supervisor
from tollway.topics import ensure_all_topics

if TYPE_CHECKING:
    from schemas.records import Outcome


@dataclass(frozen=True, slots=True)
class Demo:
    """What one demonstration runs on. `folder` is made anew."""

    settings: Settings
    folder: Path
    requests_file: Path
    scene: ModuleType
    workers: int = 1
    tool_pools: int = 1

    def run(self, say: Callable[[str], None]) -> Report:
        """Run it. Raises TollwayError."""
        requests = read_requests(self.requests_file)
        self.scene.fresh_store(self.settings.store_url)
        asyncio.run(ensure_all_topics(self.settings))
        with ExitStack() as running:
            stack = running.enter_context(Supervisor(self.settings, self.folder / "logs"))
            stack.start(roles(str(self.folder / "export"), self.workers, self.tool_pools))
            say(f"{len(requests)} requests from {self.requests_file.name}; starting processes ...")
            started = time.monotonic()
            outcomes = asyncio.run(self._traffic(stack, requests, say))
            elapsed_s = time.monotonic() - started
        changed = self.scene.changed_by_every_run(self.settings.store_url)
        return Report(requests, outcomes, changed, elapsed_s)

    async def _traffic(
        self, stack: Supervisor, requests: list[Request], say: Callable[[str], None]
    ) -> dict[str, Outcome]:
        codec = open_codec(self.settings)
        progress = Progress(len(requests), stack, say)
        await publish(self.settings, codec, requests)
        run_ids = {request.run_id for request in requests}
        return await collect(self.settings, codec, run_ids, progress)


def scene(settings: Settings) -> ModuleType:
    """What the demonstrated workflow's folder offers to a demonstration."""
    folder = WorkflowFolder(settings.workflows_dir / WORKFLOW)
    module = folder.module("demo")
    if module is None:
        raise SettingError(
            f"{folder.path} has no demo.py: set TOLLWAY_WORKFLOWS_DIR to one that has"
        )
    return module


class Progress:
    """Says every so often how far the runs are, and keeps the processes running."""

    EVERY_S = 2.0

    def __init__(self, total: int, stack: Supervisor, say: Callable[[str], None]) -> None:
        self._total = total
        self._stack = stack
        self._say = say
        self._started = self._said = time.monotonic()

    def __call__(self, outcomes: dict[str, Outcome]) -> None:
        """Report progress."""
        self._stack.check()
        now = time.monotonic()
        if now - self._said < self.EVERY_S:
            return
        self._said = now
        spent = sum(outcome["spent_usd_micros"] for outcome in outcomes.values()) / 1_000_000
        seconds = now - self._started
        self._say(f"  {seconds:4.0f} s  {len(outcomes):4d} of {self._total} done, ${spent:.4f}")


def fresh_folder(folder: Path) -> Path:
    """An empty folder for a demonstration."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def to_stderr(line: str) -> None:
    """Progress goes where it does not mix with the result."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
