"""What a benchmark runs on, and how it tells its progress."""

from __future__ import annotations

import os
import platform
import sys


def machine() -> dict[str, str]:
    """The machine, how busy it is at the end, and Python's version, by name."""
    return {
        "machine": f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the end, "
        f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }


def say(line: str) -> None:
    """Tell the progress on standard error: the figures go to standard output."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
