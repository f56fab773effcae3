"""One process of a stack: when it was started, how it ended, and when it may start again."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

STEADY_S = 30.0
"""A process that ran for so long was well: what ended it is not what ended it before."""
LONGEST_PAUSE_S = 10.0
"""Pauses before restarts double from 0.25 s up to this, so that an outage is waited out."""


@dataclass(slots=True)
class Child:
    """A process, or the place of one that has ended."""

    name: str
    command: tuple[str, ...]
    log: Path
    follows: bool
    starts: int = 0
    ends_in_a_row: int = 0
    started_at_s: float = 0.0
    start_after_s: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    def ended(self, now_s: float) -> None:
        """Note that it has ended, and when it may start again."""
        steady = now_s - self.started_at_s > STEADY_S
        self.ends_in_a_row = 1 if steady else self.ends_in_a_row + 1
        pause_s = min(0.25 * 2 ** (self.ends_in_a_row - 1), LONGEST_PAUSE_S)
        self.start_after_s = now_s + pause_s
        self.process = None
