"""Every metric that a process exposes, as data: what it counts, and what to do about it.

Labels are bounded: states, rules, topics and names that a contract or the code lists, never runs,
workspaces or customers. `docs/metrics.md` and the Prometheus registry are made from this table.
"""

from __future__ import annotations

from streams.core.metrics import moving, working
from streams.core.metrics.metric import DECIDING, Kind, Metric, Role
from streams.core.metrics.moving import (
    APPEND_SECONDS,
    BLOCKS,
    DECISIONS,
    DUPLICATES,
    FOLD_SECONDS,
    FORWARDED,
    GAPS,
    HELD_BACK,
    INBOX,
    LAG,
    NO_PROGRESS,
    OLDEST_QUESTION_SECONDS,
    OPEN_QUESTIONS,
    OPEN_RUNS,
    OWNED,
    SNAPSHOT_BYTES,
    TABLE_ENTRIES,
)
from streams.core.metrics.working import (
    CALL_SECONDS,
    CALLS,
    CALLS_IN_FLIGHT,
    DEAD_LETTERS,
    REFUSED,
    RESERVED,
    RUN_SECONDS,
    RUNS,
    SETTLED,
    SINK_COMMIT_SECONDS,
    SINK_LAG,
    SINK_ROWS,
    TOKENS,
    VIOLATIONS,
)

__all__ = [
    "APPEND_SECONDS",
    "BLOCKS",
    "CALLS",
    "CALLS_IN_FLIGHT",
    "CALL_SECONDS",
    "DEAD_LETTERS",
    "DECIDING",
    "DECISIONS",
    "DUPLICATES",
    "FOLD_SECONDS",
    "FORWARDED",
    "GAPS",
    "HELD_BACK",
    "INBOX",
    "LAG",
    "METRICS",
    "NO_PROGRESS",
    "OLDEST_QUESTION_SECONDS",
    "OPEN_QUESTIONS",
    "OPEN_RUNS",
    "OWNED",
    "REFUSED",
    "RESERVED",
    "RUNS",
    "RUN_SECONDS",
    "SETTLED",
    "SINK_COMMIT_SECONDS",
    "SINK_LAG",
    "SINK_ROWS",
    "SNAPSHOT_BYTES",
    "TABLE_ENTRIES",
    "TOKENS",
    "VIOLATIONS",
    "Kind",
    "Metric",
    "Role",
]

METRICS: tuple[Metric, ...] = tuple(
    row for rows in (moving, working) for row in vars(rows).values() if isinstance(row, Metric)
)
"""All of them, in the order in which they are written down."""
