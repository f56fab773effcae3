"""What operators have set so far, and what became of their commands, read from the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from schemas.codec import Codec
from streams.core import tables
from streams.core.control.commands import COMMANDS
from streams.core.control.levers import RELEASE
from streams.core.fold import Fold
from streams.sources.record import RecordSource
from tollway.budget.reading import Decided, LedgerReading, now_ms

SHOWN = {
    "levers": tables.LEVERS,
    "disabled": tables.DISABLED,
    "caps": tables.CAPS,
    "waiting": tables.PROPOSALS,
}
"""What is shown, and the table that it stands in."""
MOST_DECISIONS = 20


@dataclass(slots=True)
class ControlState:
    """`standing` has, by what is shown, each key with its entry and `partitions`.

    That is in how many of the `partitions` of the ledger it stands: one for a workspace, all of
    them for all workspaces. `decided` are the last commands with the rule and reason of each.
    """

    partitions: int = 0
    standing: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    decided: list[dict[str, Any]] = field(default_factory=list)


async def read_control(source: RecordSource, codec: Codec) -> ControlState:
    """The state as of now. Raises ChainBroken where a record is missing."""
    reading, told = LedgerReading(source, codec, now_ms()), dict[tuple[Any, ...], Decided]()
    async for decided in reading.decisions():
        if decided.decision["input_topic"] == COMMANDS:
            told[_once(decided)] = decided
    last = sorted(told.values(), key=lambda one: one.at_ms)[-MOST_DECISIONS:]
    standing = {name: _standing(reading.folds, table) for name, table in SHOWN.items()}
    return ControlState(len(reading.folds), standing, list(map(_told, last)))


def _standing(folds: Iterable[Fold], table: str) -> dict[str, dict[str, Any]]:
    found = (row for fold in folds for row in fold.tables.items(table) if _counts(row[1]))
    rows = sorted(found, key=itemgetter(0))
    places = Counter(key for key, _ in rows)
    return {key: {**entry, "partitions": places[key]} for key, entry in rows}


def _counts(entry: dict[str, Any]) -> bool:
    return entry.get("mode") != RELEASE and not entry.get("confirmed_by")


def _once(decided: Decided) -> tuple[Any, ...]:
    """The same for what all partitions decided on one command."""
    decision = decided.decision
    return (decision["workspace"], decision["rule"], decision["reason"])


def _told(decided: Decided) -> dict[str, Any]:
    decision = decided.decision
    return {
        "at_ms": decided.at_ms,
        "workspace": decision["workspace"],
        "run_id": decision["run_id"],
        "rule": decision["rule"],
        "reason": decision["reason"],
    }
