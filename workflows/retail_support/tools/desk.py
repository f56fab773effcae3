"""What the desk does beside orders: change a customer's address, calculate, hand over."""

from __future__ import annotations

from pydantic import Field

from agents.tools.spec import ToolSpec
from schemas.strict import StrictModel
from workflows.retail_support.records import Plain, User
from workflows.retail_support.tools.fields import AddressLines, UserId


class ModifyUserAddress(AddressLines):
    """Arguments."""

    user_id: UserId


class Calculate(StrictModel):
    """Arguments."""

    expression: str = Field(
        min_length=1,
        max_length=500,
        description="What to calculate, such as '2 + 2': numbers, + - * /, parentheses, spaces.",
    )


class TransferToHumanAgents(StrictModel):
    """Arguments."""

    summary: str = Field(
        min_length=1, max_length=10_000, description="What the customer needs, in short."
    )


class Calculation(Plain):
    """A value rounded to two decimals, such as '4.0' or '12.35'."""

    value: str


class Transfer(Plain):
    """What became of a hand-over."""

    status: str


MODIFY_USER_ADDRESS = ToolSpec(
    name="modify_user_address",
    description="Change a customer's default address; orders keep theirs. Only after the customer "
    "has seen the details and said yes. Returns the changed customer.",
    arguments=ModifyUserAddress,
    result=User,
    effect="write",
    idempotent=True,
)
CALCULATE = ToolSpec(
    name="calculate",
    description="Calculate the value of an arithmetic expression.",
    arguments=Calculate,
    result=Calculation,
    effect="read",
    idempotent=False,
)
TRANSFER_TO_HUMAN_AGENTS = ToolSpec(
    name="transfer_to_human_agents",
    description="Hand the customer over to a person, with a summary. Only when the customer asks "
    "for a person or the other tools cannot settle the matter.",
    arguments=TransferToHumanAgents,
    result=Transfer,
    effect="write",
    idempotent=True,
)
