"""What a workspace may not call for now: its provider broke a limit, or an operator said so.

Disabling stands in the decision that found the reason, so that no later call of the workspace
slips through; only an operator enables again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from streams.core import tables

if TYPE_CHECKING:
    from schemas.records import DisabledEntry
    from streams.core.draft import Draft

ReadDisabled = Callable[[str], "DisabledEntry | None"]
"""Why a model, retriever or tool of this name may not be called; None when it may."""


def disable(draft: Draft, workspace: str, name: str, why: str, now_ms: int) -> bool:
    """From this decision on the workspace may not call `name`; False when that was so already."""
    if read(draft, workspace, name) is not None:
        return False
    entry: DisabledEntry = {"name": name, "why": why, "disabled_at_ms": now_ms}
    draft.put(tables.DISABLED, tables.key(workspace, name), entry)
    return True


def enable(draft: Draft, workspace: str, name: str) -> bool:
    """The workspace may call `name` again; False when it was not disabled."""
    if read(draft, workspace, name) is None:
        return False
    draft.put(tables.DISABLED, tables.key(workspace, name), None)
    return True


def read(draft: Draft, workspace: str, name: str) -> DisabledEntry | None:
    """Why the workspace may not call `name`; None when it may."""
    entry: DisabledEntry | None = draft.get(tables.DISABLED, tables.key(workspace, name))
    return entry


def nothing_disabled(_: str) -> DisabledEntry | None:
    """Of a workspace that may call all that its contracts allow."""
    return None
