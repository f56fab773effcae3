"""CPU time of processes and their descendants, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class _Process(NamedTuple):
    pid: int
    parent: int
    ticks: int


def children() -> frozenset[int]:
    """The process ids of this process's children."""
    return frozenset(process.pid for process in _all() if process.parent == os.getpid())


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU time used so far by these processes and all below them, ended children included."""
    processes = list(_all())
    wanted = set(roots)
    found = 0
    while len(wanted) > found:
        found = len(wanted)
        wanted |= {process.pid for process in processes if process.parent in wanted}
    ticks = sum(process.ticks for process in processes if process.pid in wanted)
    return ticks / TICKS_PER_SECOND


def _all() -> Iterator[_Process]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                yield _parse((folder / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has just ended


def _parse(stat: str) -> _Process:
    """Fields as in proc(5); the name in brackets may hold anything."""
    pid, _, rest = stat.partition(" ")
    fields = rest[rest.rindex(")") + 2 :].split()
    return _Process(int(pid), int(fields[1]), sum(map(int, fields[11:15])))
