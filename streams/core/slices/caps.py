"""Caps that several workspaces share, as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from schemas.strict import StrictModel
from streams.core import tables, windows
from streams.core.caps import existing_zone
from streams.core.prices import UsdMicros

GIVER_MARK = "@"
"""Before the name of a giver. No workspace can begin with it."""


class SharedCap(StrictModel):
    """At most `usd_micros` for several workspaces together in one window."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = Field(
        description="What commands and reports call it.", examples=["acme_group"]
    )
    scope: Literal["organization", "vendor"] = Field(
        description="`organization` counts all calls of its workspaces, `vendor` some calls.",
        examples=["organization"],
    )
    workspaces: tuple[str, ...] = Field(
        default=(),
        description="Whose calls are counted; left out, all workspaces'.",
        examples=[["acme", "bolt"]],
    )
    calls: tuple[str, ...] = Field(
        default=(),
        description="With `vendor`: the models, retrievers and tools whose calls are counted.",
        examples=[["gpt-4.1-mini"]],
    )
    window: Literal["hour", "day", "month"] = Field(
        description="How long is counted.", examples=["month"]
    )
    usd_micros: UsdMicros = Field(
        description="The most that may be spent, in millionths of a US dollar.",
        examples=[50000000],
    )
    time_zone: Annotated[str, AfterValidator(existing_zone)] = Field(
        default="UTC",
        description="Where days and months begin: a name of the tz database. Hours are UTC's.",
        examples=["Europe/Berlin"],
    )

    @model_validator(mode="after")
    def _calls_go_with_vendor(self) -> SharedCap:
        if (self.scope == "vendor") != bool(self.calls):
            raise ValueError("scope vendor names its calls, and scope organization counts all")
        return self

    @property
    def giver(self) -> str:
        """Where its ledger's entries stand, in the place of a workspace."""
        return GIVER_MARK + self.name

    @property
    def kind(self) -> str:
        """Its kind of window, as in account keys."""
        return windows.kind_of(self.window, self.time_zone)

    @property
    def label(self) -> str:
        """In words."""
        return f"{self.scope} {self.name} per {self.kind}"

    def covers(self, workspace: str, call: str) -> bool:
        """Whether a call of this workspace is counted."""
        return (not self.workspaces or workspace in self.workspaces) and (
            not self.calls or call in self.calls
        )

    def account_key(self, workspace: str, window: str) -> str:
        """What the workspace's calls are counted against, in the table of budgets."""
        return tables.key(workspace, self.scope, self.name, self.kind, window)

    def slice_key(self, workspace: str, window: str) -> str:
        """The workspace's slice."""
        return tables.key(workspace, self.name, self.kind, window)

    def shared_key(self, window: str) -> str:
        """The giver's entry."""
        return tables.key(self.giver, self.kind, window)

    def holding_key(self, workspace: str, window: str) -> str:
        """The giver's entry of one holder."""
        return tables.key(self.giver, workspace, self.kind, window)


class SharedCaps(StrictModel):
    """The reviewed file of all shared caps."""

    version: Annotated[int, Field(ge=1)] = Field(
        default=1, description="Raised with every change of the file.", examples=[1]
    )
    caps: tuple[SharedCap, ...] = Field(
        default=(),
        description="The caps, each with its own name.",
        examples=[
            [{"name": "all", "scope": "organization", "window": "day", "usd_micros": 50000000}]
        ],
    )

    @model_validator(mode="after")
    def _one_of_a_name(self) -> SharedCaps:
        names = [cap.name for cap in self.caps]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"several caps are named {', '.join(twice)}")
        return self

    def of(self, workspace: str, call: str) -> Iterator[SharedCap]:
        """The caps that a call is counted against."""
        return (cap for cap in self.caps if cap.covers(workspace, call))

    def at(self, giver: str, kind: str) -> SharedCap | None:
        """The cap that a message is about; None when it is not, or no longer, in the file."""
        return next((cap for cap in self.caps if (cap.giver, cap.kind) == (giver, kind)), None)


NO_SHARED_CAPS = SharedCaps()
