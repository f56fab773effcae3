"""Who may give which command: people, their roles, and which commands need a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from schemas.control import EVERYWHERE, kind_of
from schemas.strict import StrictModel

if TYPE_CHECKING:
    from schemas.records import ControlCommand

Right = Literal["pause", "end", "release", "cancel", "switch_off", "switch_on", "cap", "correction"]
"""What a person may be allowed to do, each by a command of its own."""
_Id = Annotated[str, Field(min_length=1, max_length=128)]


class Operator(StrictModel):
    """One person who may give commands."""

    id: _Id = Field(description="Identity, as in commands.")
    roles: tuple[_Id, ...] = Field(description="What the person is.")
    workspaces: tuple[_Id, ...] = Field(
        default=(), description="Where the person's commands count; left out, everywhere."
    )


class CommandRule(StrictModel):
    """Who may give one kind of command, and whether a second person must agree."""

    roles: Annotated[tuple[_Id, ...], Field(min_length=1)] = Field(
        description="Any of these roles may."
    )
    people: Annotated[int, Field(ge=1, le=2)] = Field(
        default=1, description="2: it waits until another person with the right confirms it."
    )
    expires_s: Annotated[int, Field(ge=1, le=604_800)] = Field(
        default=3_600, description="How long it waits for that, in seconds."
    )


class Operators(StrictModel):
    """The people of one deployment; what is not listed nobody may do."""

    version: str = Field(default="", description="Of the file; set by what reads it.")
    people: tuple[Operator, ...] = ()
    commands: dict[Right, CommandRule] = Field(default_factory=dict)

    def refusal(self, who: str, command: ControlCommand) -> str | None:
        """Why `who` may not give the command, in words; None when they may."""
        right = right_of(command)
        rule = self.commands.get(right)
        if rule is None:
            return f"nobody may {right}: operators.yaml has no such command"
        known = [person for person in self.people if person.id == who]
        if not any(set(person.roles) & set(rule.roles) for person in known):
            return f"{who} may not {right}: that takes the role {' or '.join(rule.roles)}"
        workspace = command["workspace"]
        if not any(_covers(person, workspace) for person in known):
            where = "all workspaces" if workspace == EVERYWHERE else f"workspace {workspace}"
            return f"{who} may not {right} in {where}"
        return None

    def second_person_within_s(self, command: ControlCommand) -> int:
        """How long the command waits for a second person; 0 when it needs none."""
        rule = self.commands.get(right_of(command))
        return rule.expires_s if rule is not None and rule.people > 1 else 0


class Anybody(Operators):
    """Where no file names operators: whoever may write to `control` may give any command."""

    def refusal(self, who: str, command: ControlCommand) -> str | None:  # noqa: ARG002
        """None."""
        return None


ANYBODY = Anybody()


def right_of(command: ControlCommand) -> Right:
    """The right that a command takes. A confirmation takes that of what it confirms."""
    lever, switch = command["lever"], command["switch"]
    if lever is not None:
        rights: dict[str, Right] = {"pause": "pause", "end": "end", "release": "release"}
        return rights[lever["mode"]]
    if switch is not None:
        return "switch_on" if switch["enabled"] else "switch_off"
    return {"cap": "cap", "correction": "correction"}.get(kind_of(command), "cancel")  # type: ignore[return-value]


def _covers(person: Operator, workspace: str) -> bool:
    return not person.workspaces or workspace in person.workspaces
