"""Commands that need a second person: they wait in the tables until one confirms, or expire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core import tables

if TYPE_CHECKING:
    from schemas.records import ControlCommand, ProposalEntry
    from streams.core.control.operators import Operators
    from streams.core.draft import Draft

SECOND_MS = 1_000


def propose(draft: Draft, command: ControlCommand, within_s: int, now_ms: int) -> None:
    """The command waits; nothing changes yet."""
    command_id = command["command_id"]
    if _read(draft, command["workspace"], command_id) is not None:
        draft.rule, draft.reason = "control.repeated", f"command {command_id} is known"
        return
    expires_at_ms = now_ms + within_s * SECOND_MS
    entry: ProposalEntry = {"command": command, "expires_at_ms": expires_at_ms, "confirmed_by": ""}
    draft.put(tables.PROPOSALS, tables.key(command["workspace"], command_id), entry)
    draft.rule = "control.proposed"
    draft.reason = (
        f"command {command_id} of {command['who']} waits {within_s} s for a second person; "
        f"`tollway control confirm {command_id}`: {command['why']}"
    )


def confirmed(
    draft: Draft, confirming: ControlCommand, operators: Operators, now_ms: int
) -> ControlCommand | None:
    """The command that waited, now agreed to by two; None when it is not, which is recorded."""
    said = confirming["confirmation"]
    assert said is not None  # noqa: S101  the handler of this kind
    entry = _read(draft, confirming["workspace"], said["command_id"])
    wrong = _wrong(entry, confirming, operators, now_ms)
    if wrong is not None:
        draft.rule, draft.reason = wrong
        return None
    assert entry is not None  # noqa: S101  `_wrong` says so
    key = tables.key(confirming["workspace"], said["command_id"])
    draft.put(tables.PROPOSALS, key, {**entry, "confirmed_by": confirming["who"]})
    return entry["command"]


def _wrong(
    entry: ProposalEntry | None, confirming: ControlCommand, operators: Operators, now_ms: int
) -> tuple[str, str] | None:
    """The rule that refuses a confirmation, and the reason in words."""
    who = confirming["who"]
    if entry is None:
        return "control.not_waiting", "no such command waits: it has expired, or was never given"
    if entry["confirmed_by"]:
        return "control.repeated", f"{entry['confirmed_by']} has confirmed it before"
    if now_ms >= entry["expires_at_ms"]:
        return "control.expired", f"it has expired; {entry['command']['who']} may give it again"
    if who == entry["command"]["who"]:
        return "control.same_person", f"{who} gave it, and another person must confirm it"
    refusal = operators.refusal(who, entry["command"])
    return None if refusal is None else ("control.refused", refusal)


def _read(draft: Draft, workspace: str, command_id: str) -> ProposalEntry | None:
    entry: ProposalEntry | None = draft.get(tables.PROPOSALS, tables.key(workspace, command_id))
    return entry
