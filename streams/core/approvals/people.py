"""Who may answer: people, their roles, and to whom they hand these over until when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import Field

from schemas.strict import StrictModel

_Id = Annotated[str, Field(min_length=1, max_length=128)]


class Delegation(StrictModel):
    """A person's roles in another's hands for a while."""

    to: _Id = Field(description="Identity of who acts in the person's place.")
    until: date = Field(description="The last day, in UTC.")
    roles: tuple[str, ...] = Field(default=(), description="Which roles; left out, all of them.")


class Person(StrictModel):
    """One person who may answer."""

    id: _Id = Field(description="Identity, as in decisions.")
    roles: tuple[str, ...] = Field(description="What the person is.")
    delegates: tuple[Delegation, ...] = Field(default=(), description="Who acts in their place.")


class Approvers(StrictModel):
    """The people of one workflow."""

    people: tuple[Person, ...] = ()

    def authority(self, who: str, roles: Collection[str], at_ms: int) -> str | None:
        """In whose place `who` has one of `roles` at a time (Unix, milliseconds).

        "" for one's own, None for nobody's. What is handed over is not handed on.
        """
        if any(person.id == who and _has(person.roles, roles) for person in self.people):
            return ""
        day = datetime.fromtimestamp(at_ms / 1000, UTC).date()
        return next((p.id for p in self.people if _hands_over(p, who, roles, day)), None)

    def with_role(self, role: str) -> set[str]:
        """Who has the role of their own."""
        return {person.id for person in self.people if role in person.roles}

    @property
    def roles(self) -> set[str]:
        """Every role that somebody has."""
        return {role for person in self.people for role in person.roles}


NOBODY = Approvers()


def _has(roles: Collection[str], wanted: Collection[str]) -> bool:
    return not set(roles).isdisjoint(wanted)


def _hands_over(person: Person, who: str, wanted: Collection[str], day: date) -> bool:
    return any(
        given.to == who
        and day <= given.until
        and _has(set(person.roles) & set(given.roles or person.roles), wanted)
        for given in person.delegates
    )
