"""Caps that are set at run time, in place of the contract's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core import budget, pausing, tables, windows
from streams.core.control.standing import counts

if TYPE_CHECKING:
    from schemas.records import CapEntry, CapSetting, ControlCommand
    from streams.core.draft import Draft


SET = "control.cap_set"
"""Rule of the decision that sets one."""


def set_cap(draft: Draft, command: ControlCommand, _: int) -> None:
    """The cap counts from the next call on; runs that paused for want of money try again.

    A command that was given before the one that stands changes nothing: copies may come late.
    """
    setting = command["cap"]
    assert setting is not None  # noqa: S101  the handler of this kind
    key = key_of(command["workspace"], setting)
    standing: CapEntry | None = draft.get(tables.CAPS, key)
    if counts(draft, standing, command, "set this cap"):
        _set(draft, key, command, setting["usd_micros"])


def key_of(workspace: str, setting: CapSetting) -> str:
    """Where the setting stands in the table of caps."""
    scope = budget.scope_part(setting["scope"], setting["name"])
    kind = windows.kind_of(setting["window"], setting["time_zone"])
    return budget.cap_key(workspace, scope, setting["owner"], kind)


def _set(draft: Draft, key: str, command: ControlCommand, usd_micros: int | None) -> None:
    entry: CapEntry = {
        "usd_micros": usd_micros,
        "command_id": command["command_id"],
        "issued_at_ms": command["issued_at_ms"],
        "who": command["who"],
        "why": command["why"],
    }
    draft.put(tables.CAPS, key, entry)
    what = "back to the contract's" if usd_micros is None else f"{usd_micros} micro-USD"
    draft.rule = SET
    draft.reason = f"{command['who']} set {key} to {what}: {command['why']}"
    pausing.wake_all(draft, command["workspace"], draft.reason)
