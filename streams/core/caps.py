"""Caps of a contract: whose spending is counted, over what, and how much it may be."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from schemas.strict import StrictModel
from streams.core.prices import UsdMicros
from streams.core.windows import kind_of


def existing_zone(name: str) -> str:
    """`name`, if the tz database has it. Raises ValueError."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"no time zone is named {name}; Europe/Berlin is one") from error
    return name


Scope = Literal["run", "user", "workspace", "tool"]
Window = Literal["run", "hour", "day", "month"]


class Cap(StrictModel):
    """At most `usd_micros` for one run, user, workspace or tool in one window."""

    scope: Scope = Field(description="Whose spending is counted.", examples=["user"])
    window: Window = Field(
        description="How long it is counted; `run` goes with the scopes `run` and `tool`.",
        examples=["day"],
    )
    usd_micros: UsdMicros = Field(
        description="The most that may be spent, in millionths of a US dollar.", examples=[1000000]
    )
    name: str | None = Field(
        default=None,
        description="Only calls of this tool, retriever or model are counted; left out, all are, "
        "and with scope `tool` each on its own.",
        examples=["cancel_order"],
    )
    time_zone: Annotated[str, AfterValidator(existing_zone)] = Field(
        default="UTC",
        description="Where days and months begin: a name of the tz database. Hours are UTC's.",
        examples=["Europe/Berlin"],
    )

    @cached_property
    def kind(self) -> str:
        """The window with its time zone, as it stands in keys."""
        return kind_of(self.window, self.time_zone)
