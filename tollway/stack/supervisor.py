"""Starts processes, restarts those that end, stops them all in order."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from schemas.errors import TollwayError
from streams.kafka_access import PREFIX
from streams.settings import Settings
from tollway.stack.child import Child
from tollway.stack.roles import Role

RESTARTS = 20
"""A process that ends more often than this in a row has a fault that a restart does not mend."""
STOP_TIMEOUT_S = 15.0


class ProcessGaveUp(TollwayError):
    """A process of the stack ended too often; the text ends with the last lines of its log."""


@dataclass(slots=True)
class Supervisor:
    """The processes of one stack. Use as a context manager."""

    settings: Settings
    log_dir: Path
    _children: list[Child] = field(default_factory=list)

    def start(self, roles: Iterable[Role]) -> None:
        """Start every process of these roles."""
        self.log_dir.mkdir(parents=True, exist_ok=True)
        for role in roles:
            for number in range(1, role.count + 1):
                name = role.name if role.count == 1 else f"{role.name}-{number}"
                child = Child(name, role.command, self.log_dir / f"{name}.log", role.follows)
                self._children.append(child)
                self._launch(child)

    def check(self) -> None:
        """Restart what has ended, after a pause. Raises ProcessGaveUp."""
        now_s = time.monotonic()
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                child.ended(now_s)
                if child.ends_in_a_row > RESTARTS:
                    raise ProcessGaveUp(_last_words(child))
            if child.process is None and now_s >= child.start_after_s:
                self._launch(child)

    @property
    def restarts(self) -> int:
        """How often a process had to be started again."""
        return sum(child.starts - 1 for child in self._children)

    def pids(self) -> dict[str, int]:
        """Process ids by name, of those that run."""
        return {
            child.name: child.process.pid
            for child in self._children
            if child.process is not None and child.process.poll() is None
        }

    def stop(self) -> None:
        """Ask all to end, those that follow others last, and end those that do not."""
        _stop([child for child in self._children if not child.follows])
        _stop([child for child in self._children if child.follows])

    def _environment(self, child: Child) -> dict[str, str]:
        """The settings; each child serves metrics on a port of its own, counted from the first."""
        port = self.settings.metrics_port
        own = port + self._children.index(child) if port else 0
        return environment(self.settings.model_copy(update={"metrics_port": own}))

    def _program(self, command: tuple[str, ...]) -> tuple[str, ...]:
        """The module that runs `command`, and its arguments."""
        return ("tollway", *command)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _launch(self, child: Child) -> None:
        with child.log.open("ab") as log:
            command = self._program(child.command)
            child.process = _spawn(command, self._environment(child), log)
        child.starts += 1
        child.started_at_s = time.monotonic()


def _stop(children: Iterable[Child]) -> None:
    running = [child.process for child in children if child.process is not None]
    for process in running:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_TIMEOUT_S
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def environment(settings: Settings) -> dict[str, str]:
    """This process's environment with the settings as `TOLLWAY_*` variables."""
    given = settings.model_dump(mode="json", exclude_defaults=True)
    ours = {PREFIX + name.upper(): str(value) for name, value in given.items()}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**inherited, **ours}


def _spawn(
    command: tuple[str, ...], env: Mapping[str, str], log: IO[bytes]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  our own command with our own arguments
        [sys.executable, "-m", *command],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # an interrupt reaches the supervisor, which stops them in order
    )


def _last_words(child: Child) -> str:
    lines = child.log.read_text("utf-8", errors="replace").splitlines()[-15:]
    ending = "\n  ".join(lines)
    often = f"{child.name} ended {child.ends_in_a_row} times in a row"
    return f"{often}; the end of {child.log.name}:\n  {ending}"
