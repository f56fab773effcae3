"""A pool's journal: a call is claimed once, answered once, and never without its claim."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core import tables
from streams.core.audit.checks import Seen
from streams.core.audit.findings import Notes

if TYPE_CHECKING:
    from schemas.records import Change


@dataclass(slots=True)
class ClaimsAudit:
    """Follows every call of one journal partition."""

    notes: Notes
    _claimed: dict[str, str] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)

    @property
    def open_claims(self) -> int:
        """Calls that were claimed and have no answer yet."""
        return len(self._claimed)

    def look(self, seen: Seen) -> None:
        """Claims that are made, answers that are given, claims that are dropped for them."""
        changes = [c for c in seen.decision["changes"] if c["table"] == tables.CLAIMS]
        for change in changes:
            if change["value"] is not None:
                self._claim(seen, change)
        answers = [result["call_id"] for result in seen.emitted("call_result")]
        for call_id in answers:
            self._answer(seen, call_id)
        for change in changes:
            if change["value"] is None and change["key"] in self._claimed.values():
                self._found(seen, f"claim {change['key']} is dropped without an answer")

    def _claim(self, seen: Seen, change: Change) -> None:
        entry = tables.decode(seen.codec, tables.CLAIMS, change["value"] or b"")
        call_id = entry["call"]["call_id"]
        if call_id in self._claimed or call_id in self._answered:
            self._found(seen, f"call {call_id} is claimed a second time")
        self._claimed[call_id] = change["key"]
        self.notes.count("claims")

    def _answer(self, seen: Seen, call_id: str) -> None:
        if call_id in self._answered:
            self._found(seen, f"call {call_id} is answered a second time")
        elif call_id not in self._claimed:
            self._found(seen, f"call {call_id} is answered and was never claimed")
        self._claimed.pop(call_id, None)
        self._answered.add(call_id)
        self.notes.count("answers")

    def _found(self, seen: Seen, message: str) -> None:
        self.notes.found(seen.offset, "claim", message)
