"""The bounds of an operator's command, checked before it is taken on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import Field

from schemas.bounds import Id, Name, TimeMs, WorkspaceName, conforming
from schemas.errors import NonConforming
from schemas.strict import StrictModel

if TYPE_CHECKING:
    from schemas.records import ControlCommand

KINDS = ("cap", "switch", "correction")
"""What a command may say; each says one."""
MAX_USD_MICROS = 10**15
_Usd = Annotated[int, Field(ge=0, le=MAX_USD_MICROS)]
_Why = Annotated[str, Field(min_length=1, max_length=1_000)]


class _Cap(StrictModel):
    scope: Literal["run", "user", "workspace", "tool"]
    owner: Id
    window: Literal["run", "hour", "day", "month"]
    time_zone: Id
    name: Name | None
    usd_micros: _Usd | None


class _Switch(StrictModel):
    name: Name
    enabled: bool


class _Correction(StrictModel):
    call_id: Id
    actual_usd_micros: _Usd
    bill: Id


class CommandBounds(StrictModel):
    """Every field of a command with its bounds; lengths are in characters."""

    command_id: Id
    workspace: WorkspaceName
    who: Id
    why: _Why
    issued_at_ms: TimeMs
    cap: _Cap | None
    switch: _Switch | None
    correction: _Correction | None


def conforming_command(record: Mapping[str, Any], now_ms: int) -> ControlCommand:  # noqa: ARG001
    """`record` as a command that says one thing. Raises NonConforming, naming the field."""
    command = cast("ControlCommand", conforming(CommandBounds, record))
    kind_of(command)
    return command


def kind_of(command: ControlCommand) -> str:
    """What the command says. Raises NonConforming when that is nothing, or several things."""
    said = [kind for kind in KINDS if cast("Mapping[str, Any]", command)[kind] is not None]
    if len(said) != 1:
        raise NonConforming(
            " or ".join(KINDS), f"one of them must be given; {len(said) or 'none'} came"
        )
    return said[0]
