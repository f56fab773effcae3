"""Tables: the state of a partition, a fold of its ledger.

Every key begins with the workspace. Values are records of the table's schema and are never
changed in place: a decision puts a new value or deletes the key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from schemas.codec import Codec

RUNS = "runs"
BUDGET = "budget"
EVIDENCE = "evidence"
CLAIMS = "claims"
OVERDUE = "overdue"
DISABLED = "disabled"
CAPS = "caps"

SEPARATOR = "|"
"""Between the parts of a key. A workspace cannot hold it."""

SCHEMAS: dict[str, str | None] = {
    RUNS: "run_entry",
    BUDGET: "budget_entry",
    EVIDENCE: None,
    CLAIMS: "claim_entry",
    OVERDUE: "overdue_entry",
    DISABLED: "disabled_entry",
    CAPS: "cap_entry",
}
"""Avro contract of each table's values; None keeps the bytes as they are."""


def key(workspace: str, *parts: str) -> str:
    """A table key: the workspace first, then what tells entries apart."""
    return SEPARATOR.join((workspace, *parts))


def encode(codec: Codec, table: str, value: Any) -> bytes | None:
    """The bytes of a table value on the ledger; None, which deletes, stays None."""
    schema = SCHEMAS[table]
    if value is None or schema is None:
        return value  # type: ignore[no-any-return]  # bytes tables hold bytes
    return codec.encode(schema, value)


def decode(codec: Codec, table: str, value: bytes) -> Any:
    """The value that a ledger change or a snapshot holds."""
    schema = SCHEMAS[table]
    return value if schema is None else codec.decode(schema, value)


class Tables:
    """All tables of one partition."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, dict[str, Any]] = defaultdict(dict)

    def get(self, table: str, row_key: str) -> Any:
        """The value, or None."""
        return self._rows[table].get(row_key)

    def put(self, table: str, row_key: str, value: Any) -> None:
        """Set the value; None deletes."""
        if value is None:
            self._rows[table].pop(row_key, None)
        else:
            self._rows[table][row_key] = value

    def items(self, table: str) -> list[tuple[str, Any]]:
        """All entries of one table, in order of key."""
        return sorted(self._rows[table].items())

    def __iter__(self) -> Iterator[tuple[str, str, Any]]:
        for table in sorted(self._rows):
            for row_key, value in self.items(table):
                yield table, row_key, value

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._rows.values())
