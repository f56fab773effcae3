"""Models, retrievers and tools that an operator switches off and on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core import disabled
from streams.core.disabled import Place

if TYPE_CHECKING:
    from schemas.records import ControlCommand
    from streams.core.draft import Draft


def switch(draft: Draft, command: ControlCommand, now_ms: int) -> None:
    """From now on it may be called there, or may not."""
    setting = command["switch"]
    assert setting is not None  # noqa: S101  the handler of this kind
    place = Place(command["workspace"], setting["workflow"] or "", setting["state"] or "")
    name, told = setting["name"], f"{command['who']}: {command['why']}"
    if setting["enabled"]:
        changed = disabled.enable(draft, place, name)
    else:
        changed = disabled.disable(draft, place, name, told, now_ms)
    draft.rule = "control.switched" if changed else "control.repeated"
    draft.reason = f"{name} is {'on' if setting['enabled'] else 'off'}{place.told}, by {told}"
