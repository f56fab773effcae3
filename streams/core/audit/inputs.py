"""Inputs: each is decided once, in order, and was itself emitted by a valid block."""

from __future__ import annotations

from dataclasses import dataclass, field

from streams.core.approvals.decisions import DECIDED
from streams.core.audit.checks import Seen
from streams.core.audit.copies import Streams
from streams.core.audit.findings import Notes
from streams.core.control.commands import COMMANDS
from streams.core.graph import state_topic
from streams.core.inputs import LOCAL, Input, PlaceOf
from streams.core.intake import ENTRY_STATE
from streams.core.slices.messages import ARRIVED
from streams.core.ticks import TICKS

FROM_ELSEWHERE = frozenset({state_topic(ENTRY_STATE), TICKS, DECIDED, COMMANDS, ARRIVED})
"""Their records come from the gateway and from clocks, and have no place on a ledger."""


@dataclass(slots=True)
class InputsAudit:
    """Notes what is decided twice, and keeps where inputs say they came from."""

    notes: Notes
    _places: list[tuple[int, str, PlaceOf]] = field(default_factory=list)

    def look(self, seen: Seen) -> None:
        """One input."""
        decision = seen.decision
        topic, offset, named = decision["input_topic"], decision["input_offset"], None
        if decision["input_place"] is not None:
            named = PlaceOf(**decision["input_place"])
            self._places.append((seen.offset, topic, named))
        elif topic != LOCAL and topic not in FROM_ELSEWHERE:
            self._found(seen.offset, f"{topic} offset {offset}, which no block emitted")
        if seen.fold.applied(Input(topic, offset, None, None, place=named)):
            self._found(seen.offset, f"{topic} offset {offset}, which was decided before")

    def trace(self, streams: Streams) -> None:
        """Look every place up, once all streams are read."""
        for offset, topic, place in self._places:
            emitted = streams.get(place.stream)
            if emitted is None:
                self._found(offset, f"a record of {place.stream}, which is no stream")
            elif place.offset >= emitted.end_offset:
                continue  # it was read before its origin had grown so far
            elif emitted.topic_at((place.offset, place.index)) != topic:
                where = f"{place.stream} offset {place.offset} index {place.index}"
                self._found(offset, f"{topic} from {where}, and no valid block emits it there")

    def _found(self, offset: int, what: str) -> None:
        self.notes.found(offset, "input", f"it decides {what}")
