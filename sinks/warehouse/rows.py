"""What a valid block says, as rows: a pure function from decisions to the tables of facts.sql."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from schemas.codec import Codec
from sinks.warehouse.about_calls import accesses, calls_issued, calls_settled, spend
from sinks.warehouse.about_runs import checks, outcomes, run_starts
from sinks.warehouse.decided import Decided, Row, version_columns, when

if TYPE_CHECKING:
    from schemas.records import LedgerBlock


def rows(
    codec: Codec, partition: int, offset: int, block: LedgerBlock
) -> Iterator[tuple[str, Row]]:
    """Table and row, for everything that the block at `offset` says."""
    first_emit = 0
    for index, decision in enumerate(block["decisions"]):
        place = {"ledger_partition": partition, "ledger_offset": offset, "ledger_index": index}
        decided = Decided(codec, place, first_emit, block, decision)
        for table, of in TABLES.items():
            for row in of(decided):
                yield table, row
        first_emit += len(decision["emits"])


def _decisions(decided: Decided) -> Iterator[Row]:
    decision = decided.decision
    yield {
        **decided.place,
        **decided.run,
        "decided_at": decided.at,
        "writer": decided.block["writer"],
        "workspace": decision["workspace"] or None,
        "workflow": decision["workflow"] or None,
        "state": decision["state"],
        "rule": decision["rule"],
        "transition": decision["transition"] or None,
        "reason": decision["reason"] or None,
        "input_topic": decision["input_topic"],
        "input_offset": decision["input_offset"],
        "changes": len(decision["changes"]),
        **version_columns(decision["versions"]),
    }


def _dead_letters(decided: Decided) -> Iterator[Row]:
    for place, letter in decided.emitted("dead_letter"):
        yield {
            **place,
            **decided.run,
            "topic": letter["topic"],
            "topic_partition": letter["partition"],
            "topic_offset": letter["offset"],
            "reason": letter["reason"],
            "field": letter["field"] or None,
            "message": letter["message"],
            "worker": letter["worker"],
            "found_at": when(letter["found_at_ms"]),
        }


TABLES: Mapping[str, Callable[[Decided], Iterator[Row]]] = {
    "decisions": _decisions,
    "run_starts": run_starts,
    "outcomes": outcomes,
    "checks": checks,
    "calls_issued": calls_issued,
    "calls_settled": calls_settled,
    "spend": spend,
    "accesses": accesses,
    "dead_letters": _dead_letters,
}
"""Which rows each table of `facts.sql` takes from a decision."""
