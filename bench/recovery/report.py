"""What recovery took, as JSON for programs and as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bench.recovery.measuring import Found

MIB = 2**20
HEAD = (
    "way",
    "live entries",
    "assigned s",
    "ready s",
    "decided everywhere s",
    "longest wait of a run s",
    "CPU s of the worker until ready",
    "peak MiB",
)


def as_json(found: Found, conditions: Mapping[str, Any]) -> dict[str, Any]:
    """Everything."""
    filled = found.partitions
    return {
        "ways": {name: asdict(way) for name, way in found.ways.items()},
        "entries": sum(one.entries for one in filled),
        "snapshot_mib": sum(one.snapshot_bytes for one in filled) / MIB,
        "since_snapshot_mib": sum(one.bytes_since_snapshot for one in filled) / MIB,
        "filled_s": found.filled_s,
        "conditions": dict(conditions),
    }


def as_text(shown: Mapping[str, Any]) -> str:
    """The same as Markdown."""
    return "\n".join(
        [
            _row(HEAD),
            _row(["---", *["---:"] * (len(HEAD) - 1)]),
            *(_row([name, *_cells(way)]) for name, way in shown["ways"].items()),
            "",
            _ledger(shown),
            *(f"- {name}: {value}" for name, value in shown["conditions"].items()),
        ]
    )


def _ledger(shown: Mapping[str, Any]) -> str:
    snapshots, after = f"{shown['snapshot_mib']:.0f} MiB", f"{shown['since_snapshot_mib']:.0f} MiB"
    entries = f"{shown['entries']:,} live entries"
    return f"- ledger: {entries}; snapshots of {snapshots}, and {after} of blocks after them"


def _cells(way: Mapping[str, float]) -> list[str]:
    times = ("assigned_s", "ready_s", "decided_s", "longest_wait_s", "cpu_s")
    return [
        f"{way['entries']:,}",
        *(f"{way[name]:.1f}" for name in times),
        f"{way['peak_mib']:.0f}",
    ]


def _row(cells: Any) -> str:
    return f"| {' | '.join(map(str, cells))} |"
