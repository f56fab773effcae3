"""A decision in the making: reads tables through its own changes, touches nothing for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas.errors import TooLarge
from streams.core import tables
from streams.core.bounds import MAX_DECISION_BYTES, clipped
from streams.core.inputs import Input
from streams.core.tables import Tables

if TYPE_CHECKING:
    from schemas.codec import Codec
    from schemas.records import (
        Access,
        Change,
        Decision,
        Emit,
        Place,
        RunState,
        Spend,
        Versions,
    )
    from streams.core.verdicts import Refusal


@dataclass(slots=True)
class Draft:
    """What one input leads to.

    `run` is the run concerned as this input found it, `travelling` the run as the last record in
    `emits` carries it on. `acts` start, and `refusals` are counted,
    only after the block is accepted. None of them stands on the ledger. `positions` are the last
    applied offsets of the topics, `payload_hash` names the result that was read from the store.
    """

    codec: Codec
    source: Input
    base: Tables
    positions: Mapping[str, int] = field(default_factory=dict)
    run: RunState | None = None
    travelling: RunState | None = None
    run_id: str = ""
    workspace: str = ""
    workflow: str = ""
    state: str = ""
    rule: str = ""
    transition: str = ""
    reason: str = ""
    versions: Versions | None = None
    emits: list[Emit] = field(default_factory=list)
    spend: list[Spend] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    rungs: list[str] = field(default_factory=list)
    acts: list[Any] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    payload_hash: str = ""
    size_bytes: int = 0
    decision: Decision = field(init=False)
    _changes: dict[tuple[str, str], Any] = field(default_factory=dict)

    def get(self, table: str, row_key: str) -> Any:
        """The value as this decision would leave it."""
        if (table, row_key) in self._changes:
            return self._changes[table, row_key]
        return self.base.get(table, row_key)

    def put(self, table: str, row_key: str, value: Any) -> None:
        """Change an entry; None deletes it."""
        self._changes[table, row_key] = value

    def emit(self, topic: str, row_key: str, schema: str, record: Any) -> None:
        """Forward `record` to `topic` once the block is accepted."""
        value = self.codec.encode(schema, record)
        self.size_bytes += len(value)
        self.emits.append({"topic": topic, "key": row_key, "value": value})

    def restart(self) -> Draft:
        """An empty draft for the same input."""
        return Draft(self.codec, self.source, self.base, self.positions)

    @property
    def changes(self) -> list[tuple[str, str, Any]]:
        """Table, key and value of every change; None deletes."""
        return [(table, row_key, value) for (table, row_key), value in self._changes.items()]

    def seal(self) -> Draft:
        """Fix the decision as it stands on the ledger. Raises NonConforming for bad values."""
        self.decision = {
            "input_topic": self.source.topic,
            "input_offset": self.source.offset,
            "input_place": self._place(),
            "run_id": self.run_id,
            "workspace": self.workspace,
            "workflow": self.workflow,
            "state": self.state,
            "rule": self.rule,
            "transition": self.transition,
            "reason": clipped(self.reason),
            "changes": [self._change(*change) for change in self.changes],
            "emits": self.emits,
            "spend": self.spend,
            "accesses": self.accesses,
            "versions": self.versions,
            "rungs": self.rungs,
        }
        named = (len(name.encode()) for access in self.accesses for name in access["ids"])
        self.size_bytes += sum(named)
        return self

    def bounded(self) -> Draft:
        """This decision, sealed. Raises TooLarge when a block could not hold it."""
        if self.size_bytes > MAX_DECISION_BYTES:
            reason = f"the decision holds {self.size_bytes} bytes of at most {MAX_DECISION_BYTES}"
            raise TooLarge("", reason)
        return self

    def _place(self) -> Place | None:
        place = self.source.place
        if place is None:
            return None
        return {"stream": place.stream, "offset": place.offset, "index": place.index}

    def _change(self, table: str, row_key: str, value: Any) -> Change:
        encoded = tables.encode(self.codec, table, value)
        self.size_bytes += len(encoded or b"")
        return {"table": table, "key": row_key, "value": encoded}
