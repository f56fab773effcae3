"""One look at everything that could grow, as named figures."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bench import asking
from bench.asking import Sample
from bench.soak.stack import SoakSupervisor
from streams.core.metrics import FOLD_SECONDS, LAG, SINK_LAG, TABLE_ENTRIES

PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20
MIB = 2**20
Look = Mapping[str, float]
"""Figures by kind and subject, such as `RSS MiB worker-1`."""
TOPICS_MEASURED = ("ledger", "journal.model", "journal.retrieval", "journal.tool")
WATCHED = {
    LAG.name: "lag records",
    SINK_LAG.name: "sink lag records",
    f"{FOLD_SECONDS.name}_count": "folds",
}


def look(stack: SoakSupervisor, broker_home: Path | None, prefix: str) -> Look:
    """All figures now. Blocks."""
    found: Counter[str] = Counter()
    for name, pid in stack.pids().items():
        found.update(of_process(name, pid))
    for port in stack.ports().values():
        found.update(of_metrics(asking.samples(port)))
    if broker_home is not None:
        for topic in TOPICS_MEASURED:
            found[f"log MiB {topic}"] = _bytes_of(broker_home, prefix + topic) / MIB  # type: ignore[assignment]
    found["restarts"] = stack.restarts
    return found


def of_process(name: str, pid: int) -> Look:
    """Memory, open files and threads of one process; nothing when it has just ended."""
    folder = Path("/proc") / str(pid)
    try:
        return {
            f"RSS MiB {name}": int((folder / "statm").read_text().split()[1]) * PAGE_MIB,
            f"open files {name}": len(list((folder / "fd").iterdir())),
            f"threads {name}": len(list((folder / "task").iterdir())),
        }
    except (FileNotFoundError, ProcessLookupError):
        return {}


def of_metrics(samples: Iterable[Sample]) -> Look:
    """Table entries and lags that a process shows, and how often it folded."""
    found: Counter[str] = Counter()
    for name, labels, value in samples:
        if name == TABLE_ENTRIES.name:
            found[f"entries {labels['table']}"] += value  # type: ignore[assignment]
        elif name in WATCHED:
            found[WATCHED[name]] += value  # type: ignore[assignment]
    return found


def _bytes_of(home: Path, topic: str) -> int:
    return sum(_sizes(home.glob(f"data/{topic}-*/*.log")))


def _sizes(paths: Iterable[Path]) -> Iterator[int]:
    for path in paths:
        try:
            yield path.stat().st_size
        except FileNotFoundError:
            continue  # the broker has just let go of it
