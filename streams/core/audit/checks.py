"""What every check of decisions is given, and how checks are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from schemas.codec import Codec
from streams.core.fold import Fold

if TYPE_CHECKING:
    from schemas.records import Decision, LedgerBlock


@dataclass(frozen=True, slots=True)
class Seen:
    """One decision of a valid block, and the fold as it was before the decision."""

    codec: Codec
    fold: Fold
    offset: int
    block: LedgerBlock
    decision: Decision

    def emitted(self, schema: str) -> list[Any]:
        """The records of one schema that it emits. Raises RecordError."""
        values = [emit["value"] for emit in self.decision["emits"]]
        return [
            self.codec.decode(schema, value)
            for value in values
            if self.codec.writer(value).name == schema
        ]


class Check(Protocol):
    """Looks at the decisions of one partition in order and notes what must not be."""

    def look(self, seen: Seen) -> None:
        """The next decision. Raises RecordError when something in it does not decode."""
