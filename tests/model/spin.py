"""Spin: makes a verifier of the model, searches it to the end, and replays what breaks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import pytest

MODEL: Final = Path(__file__).parents[2] / "model" / "ledger.pml"
SEARCH_TIMEOUT_S: Final = 600
MEMORY_MEBIBYTES: Final = 1_500
_MISSING: Final = (
    "The model of the ledger was not checked: no spin and gcc on PATH. "
    "Install them, e.g. 'apt-get install spin gcc libc6-dev'."
)
_VIOLATED: Final = re.compile(r"assertion violated \(*(\w+)\)*")
_COUNT: Final = re.compile(r"errors: (\d+)")
_UNFINISHED: Final = ("search depth too small", "Search not completed", "out of memory")


@dataclass(frozen=True, slots=True)
class World:
    """How many take part, and how many crashes and lost, late or doubled appends befall them."""

    workers: int
    pools: int
    events: int
    troubles: int

    @property
    def flags(self) -> list[str]:
        return [
            f"-DWORKERS={self.workers}",
            f"-DPOOLS={self.pools}",
            f"-DEVENTS={self.events}",
            f"-DTROUBLES={self.troubles}",
        ]


@dataclass(frozen=True, slots=True)
class Search:
    """What a verifier printed; `folder` holds the trail of a counterexample."""

    output: str
    folder: Path
    flags: Sequence[str]

    @property
    def complete(self) -> bool:
        """Whether every state was looked at."""
        return "State-vector" in self.output and not any(
            sign in self.output for sign in _UNFINISHED
        )

    @property
    def errors(self) -> int:
        found = _COUNT.search(self.output)
        assert found, self.output
        return int(found[1])

    @property
    def broken_promise(self) -> str | None:
        """The promise whose assertion was violated."""
        found = _VIOLATED.search(self.output)
        return found[1] if found else None

    def replay(self) -> str:
        """The counterexample, one line a step, down to the promise that it breaks."""
        told = _run(self.folder, "spin", *self.flags, "-t", "-k", _trail(self), MODEL)
        return told.partition("#processes")[0]


def search(folder: Path, world: World, *dropped: str, shortest: bool = False) -> Search:
    """Search the model without the rules `dropped`; `shortest` finds the shortest counterexample.

    Where there is no Spin the test is skipped with a warning, and fails when CI is "true".
    """
    if not all(shutil.which(program) for program in ("spin", "gcc")):
        _missing()
    flags = [*world.flags, *(f"-D{rule}" for rule in dropped)]
    _run(folder, "spin", *flags, "-a", MODEL)
    how = ("-DSAFETY", "-DBFS" if shortest else "-DCOLLAPSE", f"-DMEMLIM={MEMORY_MEBIBYTES}")
    _run(folder, "gcc", "-w", *how, "-o", "pan", "pan.c")  # to optimise takes longer than it saves
    return Search(_run(folder, folder / "pan", "-m1000000"), folder, flags)


def _trail(found: Search) -> Path:
    return next(found.folder.glob("*.trail"))


def _missing() -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(_MISSING)
    warnings.warn(_MISSING, stacklevel=3)
    pytest.skip(_MISSING)


def _run(folder: Path, *command: str | Path) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SEARCH_TIMEOUT_S,
    )
    if done.returncode:
        pytest.fail(f"{Path(command[0]).name} did not succeed: {done.stdout}")
    return done.stdout
