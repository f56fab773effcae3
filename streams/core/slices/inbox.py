"""Messages between givers and holders arrive: each is taken in once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import NonConforming
from streams.core import pausing
from streams.core.draft import Draft
from streams.core.slices import giver, holder
from streams.core.slices.book import Book
from streams.core.slices.caps import NO_SHARED_CAPS, SharedCap, SharedCaps
from streams.core.slices.holder import Slice
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import SliceMessage


def shared_caps(workflows: Mapping[str, Workflow]) -> SharedCaps:
    """The caps that all workflows share."""
    return next((flow.shared_caps for flow in workflows.values()), NO_SHARED_CAPS)


@dataclass(frozen=True, slots=True)
class Transfers:
    """Takes messages in."""

    codec: Codec
    caps: SharedCaps

    def take(self, draft: Draft, now_ms: int) -> None:
        """The giver takes a report, the holder a grant. Raises NonConforming."""
        message = cast("SliceMessage", self.codec.decode("slice_message", draft.source.value))
        draft.workspace = message["workspace"]
        cap = self.caps.at(message["giver"], message["kind"])
        if cap is None:
            known = ", ".join(cap.name for cap in self.caps.caps) or "none"
            reason = f"no shared cap {message['giver']} per {message['kind']} is deployed here"
            raise NonConforming("giver", f"{reason}; there are: {known}")
        draft.rule = self._taken(draft, cap, message, now_ms)

    def _taken(self, draft: Draft, cap: SharedCap, message: SliceMessage, now_ms: int) -> str:
        report, grant = message["report"], message["grant"]
        if report is not None:
            book = Book(draft, cap, message["window"])
            taken = giver.take(book, message, report, now_ms)
            return "slice.reported" if taken else "slice.known"
        if grant is None:
            raise NonConforming("report or grant", "one of them must be given; none came")
        held = Slice(draft, cap, message["holder"], message["window"])
        if not holder.hear(held, message, grant, now_ms):
            return "slice.known"
        if grant["try_again"]:
            pausing.wake_all(draft, message["holder"], f"{cap.label} was set anew")
        return "slice.heard"
