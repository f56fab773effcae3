"""The bounds of an operator's command, checked before it is taken on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, cast

from pydantic import Field, StringConstraints, model_validator

from schemas.bounds import Id, Name, TimeMs, conforming
from schemas.errors import NonConforming
from schemas.strict import StrictModel

if TYPE_CHECKING:
    from schemas.records import ControlCommand

KINDS = ("cap", "switch", "correction", "lever", "cancellation", "confirmation")
"""What a command may say; each says one."""
EVERYWHERE = "*"
"""In place of a workspace: all of them. No workspace can have this name."""
OF_ALL_WORKSPACES = frozenset({"switch", "lever", "confirmation"})
"""What a command may say of all workspaces at once."""
MAX_USD_MICROS = 10**15
_Usd = Annotated[int, Field(ge=0, le=MAX_USD_MICROS)]
Keyed = Annotated[str, StringConstraints(pattern=r"^@?[A-Za-z0-9._-]{1,64}\z")]
"""A workspace, or @ and the name of a shared cap."""
_Why = Annotated[str, Field(min_length=1, max_length=1_000)]


class _Cap(StrictModel):
    scope: Literal["run", "user", "workspace", "tool", "organization", "vendor"]
    owner: Id
    window: Literal["run", "hour", "day", "month"]
    time_zone: Id
    name: Name | None
    usd_micros: _Usd | None


class _Switch(StrictModel):
    name: Name
    enabled: bool
    workflow: Name | None = None
    state: Name | None = None

    @model_validator(mode="after")
    def _state_of_a_workflow(self) -> Self:
        if self.state is not None and self.workflow is None:
            raise ValueError("a state is one of a workflow; name that too")
        return self


class _Correction(StrictModel):
    call_id: Id
    actual_usd_micros: _Usd
    bill: Id


class _Lever(StrictModel):
    what: Literal["all", "workflow", "call"]
    name: Annotated[str, Field(max_length=64)]
    mode: Literal["pause", "end", "release"]

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.name == "") != (self.what == "all"):
            raise ValueError("a lever on all has no name, and any other has one")
        if self.what == "call" and self.mode == "end":
            raise ValueError("a call can be paused; to refuse it, switch it off")
        return self


class _Cancellation(StrictModel):
    run_id: Id
    outcome: Literal["escalated", "failed"]


class _Confirmation(StrictModel):
    command_id: Id


class CommandBounds(StrictModel):
    """Every field of a command with its bounds; lengths are in characters."""

    command_id: Id
    workspace: Keyed | Literal["*"]
    who: Id
    why: _Why
    issued_at_ms: TimeMs
    cap: _Cap | None
    switch: _Switch | None
    correction: _Correction | None
    lever: _Lever | None = None
    cancellation: _Cancellation | None = None
    confirmation: _Confirmation | None = None


def conforming_command(record: Mapping[str, Any], now_ms: int) -> ControlCommand:  # noqa: ARG001
    """`record` as a command that says one thing. Raises NonConforming, naming the field."""
    command = cast("ControlCommand", conforming(CommandBounds, record))
    kind = kind_of(command)
    if command["workspace"] == EVERYWHERE and kind not in OF_ALL_WORKSPACES:
        raise NonConforming("workspace", f"a {kind} counts in one workspace; name it")
    return command


def kind_of(command: ControlCommand) -> str:
    """What the command says. Raises NonConforming when that is nothing, or several things."""
    said = [kind for kind in KINDS if cast("Mapping[str, Any]", command).get(kind) is not None]
    if len(said) != 1:
        raise NonConforming(
            " or ".join(KINDS), f"one of them must be given; {len(said) or 'none'} came"
        )
    return said[0]
