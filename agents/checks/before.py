"""Checks before an effect: a planned write is looked at before anybody is asked to do it.

They see the request, what was read, the contract and the steps so far, never more. What they find
missing or no longer fresh is read first, once a step; a step that fails a check is not done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from schemas.errors import EvidenceCut, TollwayError

if TYPE_CHECKING:
    from schemas.records import PlanStep
    from streams.core.states import View

READ = "read"
"""Kind of the mark that says for which step the records were read."""
NOT_THERE = "is not among what may be read for this customer"


class MustRead(TollwayError):
    """A check needs a record that was not read, or not since the run's last write."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A write that the plan asks for. `fresh`: the records were read for this very step."""

    number: int
    tool: str
    arguments: Mapping[str, Any]
    earlier: tuple[PlanStep, ...]
    fresh: bool
    view: View = field(repr=False)

    def record(self, piece_id: str) -> Mapping[str, Any] | None:
        """A record that was read; None when it is not there to be read.

        Raises MustRead when it has to be read first, EvidenceCut when only a part of it is kept.
        """
        if not self.fresh and self._written_since():
            raise MustRead(piece_id)
        for piece in self.view.run["evidence"]:
            if piece["id"] == piece_id:
                found: Mapping[str, Any] = orjson.loads(self.view.evidence(piece["content_hash"]))
                return found
        if self.fresh:
            return None
        raise MustRead(piece_id)

    def _written_since(self) -> bool:
        """Whether the run has written anything: what it read before may be out of date."""
        types = self.view.workflow.call_types
        return any(
            step["status"] == "done" and not types["tool", step["tool"]].reads
            for step in self.earlier
        )


CheckBefore = Callable[[Proposed], Iterator[str]]
"""Yields what speaks against a write; nothing when nothing does."""


def problem(proposed: Proposed, names: tuple[str, ...]) -> str | None:
    """The first thing that speaks against the write, with the check's name.

    Raises MustRead while records are missing.
    """
    missing: MustRead | None = None
    for name in names:
        try:
            for found in proposed.view.workflow.checks_before[name](proposed):
                return f"{name}: {found}"
        except MustRead as unread:
            missing = missing or unread
        except EvidenceCut as cut:
            return f"{name}: {cut}"
    if missing is not None:
        raise missing
    return None


def not_done_before(proposed: Proposed) -> Iterator[str]:
    """No step does again what an earlier one of the run has done."""
    for step in proposed.earlier:
        same = step["tool"] == proposed.tool and step["status"] == "done"
        if same and orjson.loads(step["arguments_json"]) == proposed.arguments:
            yield f"the run has done {proposed.tool} with these arguments already"
