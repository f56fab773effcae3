"""Models, retrievers and tools that an operator switches off and on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core import disabled

if TYPE_CHECKING:
    from schemas.records import ControlCommand
    from streams.core.draft import Draft


def switch(draft: Draft, command: ControlCommand, now_ms: int) -> None:
    """From now on the workspace may call it, or may not."""
    setting = command["switch"]
    assert setting is not None  # noqa: S101  the handler of this kind
    name, workspace = setting["name"], command["workspace"]
    told = f"{command['who']}: {command['why']}"
    if setting["enabled"]:
        changed = disabled.enable(draft, workspace, name)
    else:
        changed = disabled.disable(draft, workspace, name, told, now_ms)
    draft.rule = "control.switched" if changed else "control.repeated"
    draft.reason = f"{name} is {'on' if setting['enabled'] else 'off'}, by {told}"
