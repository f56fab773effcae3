"""What may not be called for now: its provider broke a limit, or an operator said so.

Disabling stands in the decision that found the reason, so that no later call of the workspace
slips through; only an operator enables again. It narrows what a contract allows, in one place or
everywhere, and never widens it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from schemas.control import EVERYWHERE
from streams.core import tables

if TYPE_CHECKING:
    from schemas.records import DisabledEntry
    from streams.core.draft import Draft

ReadDisabled = Callable[[str], "DisabledEntry | None"]
"""Why a model, retriever or tool of this name may not be called; None when it may."""


class Place(NamedTuple):
    """Where a call may not happen: in a workspace, in one workflow of it, in one state of that."""

    workspace: str
    workflow: str = ""
    state: str = ""

    @property
    def told(self) -> str:
        """In words, after what it is about."""
        parts = {"state": self.state, "workflow": self.workflow}
        return "".join(f" in {part} {name}" for part, name in parts.items() if name)

    @property
    def around(self) -> Iterator[Place]:
        """Every place that this one lies in, itself included."""
        for workspace in (self.workspace, EVERYWHERE):
            yield Place(workspace)
            if self.workflow:
                yield Place(workspace, self.workflow)
            if self.state:
                yield Place(workspace, self.workflow, self.state)

    def key(self, name: str) -> str:
        """Where the table says that `name` may not be called here."""
        if not self.workflow:
            return tables.key(self.workspace, name)
        return tables.key(self.workspace, name, self.workflow, self.state)


def disable(draft: Draft, place: Place, name: str, why: str, now_ms: int) -> bool:
    """From this decision on `name` may not be called there; False when that was so already."""
    if _at(draft, place, name) is not None:
        return False
    entry: DisabledEntry = {"name": name, "why": why + place.told, "disabled_at_ms": now_ms}
    draft.put(tables.DISABLED, place.key(name), entry)
    return True


def enable(draft: Draft, place: Place, name: str) -> bool:
    """`name` may be called there again; False when it was not disabled there."""
    if _at(draft, place, name) is None:
        return False
    draft.put(tables.DISABLED, place.key(name), None)
    return True


def read(draft: Draft, place: Place, name: str) -> DisabledEntry | None:
    """Why `name` may not be called there; None when it may."""
    found = (_at(draft, around, name) for around in place.around)
    return next((entry for entry in found if entry is not None), None)


def _at(draft: Draft, place: Place, name: str) -> DisabledEntry | None:
    entry: DisabledEntry | None = draft.get(tables.DISABLED, place.key(name))
    return entry


def nothing_disabled(_: str) -> DisabledEntry | None:
    """Of a workspace that may call all that its contracts allow."""
    return None
