"""The one tool: puts a complaint on a team's desk. Importing it needs no database."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from agents.tools.spec import ToolSpec
from schemas.strict import StrictModel

Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class RouteComplaint(StrictModel):
    """Arguments."""

    product: Line = Field(description="What the complaint is about, such as 'Mortgage'.")
    issue: Line = Field(description="What is wrong, such as 'Fees or interest'.")
    team: Line = Field(description="The team of that product.")
    response: str = Field(
        min_length=1, max_length=1_000, description="What the consumer is to be told at first."
    )


class Routed(StrictModel):
    """On whose desk it is."""

    team: Line
    product: Line
    issue: Line


ROUTE_COMPLAINT: Final = ToolSpec(
    name="route_complaint",
    description="Put a complaint on a team's desk with its classes and a proposed response.",
    arguments=RouteComplaint,
    result=Routed,
    effect="write",
    idempotent=True,
)
TOOLS: Final = (ROUTE_COMPLAINT,)
