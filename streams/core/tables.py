"""Tables: the state of a partition, a fold of its ledger.

Every key begins with the workspace. Values are records of the table's schema and are never
changed in place: a decision puts a new value or deletes the key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from schemas.codec import Codec

RUNS = "runs"
BUDGET = "budget"
EVIDENCE = "evidence"
CLAIMS = "claims"
OVERDUE = "overdue"
DISABLED = "disabled"
CAPS = "caps"
PAUSED = "paused"
RETRIES = "retries"
LEVERS = "levers"
PROPOSALS = "proposals"
SLICES = "slices"
SHARED = "shared"
HOLDINGS = "holdings"

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
    PAUSED: "paused_entry",
    RETRIES: "retry_entry",
    LEVERS: "lever_entry",
    PROPOSALS: "proposal_entry",
    SLICES: "slice_entry",
    SHARED: "shared_entry",
    HOLDINGS: "holding_entry",
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
    """All tables of one partition.

    What a fold brings stays in its bytes until it is read: most of it never is, and bytes cost
    little time and memory.
    """

    def __init__(self, codec: Codec | None = None) -> None:
        self._codec = codec or Codec()
        self._rows: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        self._encoded: defaultdict[str, dict[str, bytes]] = defaultdict(dict)

    def copied(self) -> Tables:
        """The same values, in tables of their own."""
        apart = Tables(self._codec)
        apart._rows.update({table: dict(rows) for table, rows in self._rows.items()})
        apart._encoded.update({table: dict(rows) for table, rows in self._encoded.items()})
        return apart

    def get(self, table: str, row_key: str) -> Any:
        """The value, or None. Raises RecordError when its bytes do not conform."""
        encoded = self._encoded[table].get(row_key)
        if encoded is not None:
            self.put(table, row_key, decode(self._codec, table, encoded))
        return self._rows[table].get(row_key)

    def put(self, table: str, row_key: str, value: Any) -> None:
        """Set the value; None deletes."""
        self._encoded[table].pop(row_key, None)
        _set(self._rows[table], row_key, value)

    def put_encoded(self, table: str, row_key: str, value: bytes | None) -> None:
        """Set the value to what these bytes hold, as on the ledger; None deletes.

        Raises RecordError for bytes of no known contract, so that a fold stops at them.
        """
        if value is not None:
            _check(self._codec, table, value)
        self._rows[table].pop(row_key, None)
        _set(self._encoded[table], row_key, value)

    def count(self, table: str) -> int:
        """How many entries one table has. From any thread."""
        return len(self._rows.get(table, ())) + len(self._encoded.get(table, ()))

    def items(self, table: str, prefix: str = "") -> list[tuple[str, Any]]:
        """The entries of one table whose keys begin so, in order of key. Raises as `get`."""
        encoded = _beginning(self._encoded[table], prefix)
        read = [(key, decode(self._codec, table, value)) for key, value in encoded]
        return sorted([*_beginning(self._rows[table], prefix), *read], key=itemgetter(0))

    def encoded(self) -> Iterator[tuple[str, str, bytes]]:
        """All entries of all tables with their bytes, in order of table and key."""
        for table in self._names():
            decoded = self._rows[table].items()
            written = [(key, encode(self._codec, table, value)) for key, value in decoded]
            for row_key, value in sorted([*self._encoded[table].items(), *written]):
                yield table, row_key, value or b""

    def __iter__(self) -> Iterator[tuple[str, str, Any]]:
        for table in self._names():
            for row_key, value in self.items(table):
                yield table, row_key, value

    def __len__(self) -> int:
        return sum(map(self.count, self._names()))

    def _names(self) -> list[str]:
        return sorted({*self._rows, *self._encoded})


def _beginning(rows: dict[str, Any], prefix: str) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in rows.items() if key.startswith(prefix)]


def _check(codec: Codec, table: str, value: bytes) -> None:
    schema = SCHEMAS[table]
    if schema is not None:
        codec.version_of(schema, value)


def _set(rows: dict[str, Any], row_key: str, value: Any) -> None:
    if value is None:
        rows.pop(row_key, None)
    else:
        rows[row_key] = value
