"""What a contract says of information flow: which values to trust, which arguments control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from schemas.strict import StrictModel
from streams.core.approvals.policy import Persons

Source = Literal["contract", "request", "trusted", "untrusted", "model"]
"""Where a value comes from. The model's own words are worth no more than what it has read."""
Kind = Literal["id", "amount", "amount_cents", "email", "url", "path", "phone", "date", "text"]
"""What a value is, so that the words of a request can be read as one."""
Pointer = Annotated[str, Field(pattern=r"^(/[^/]+)+$")]
"""A JSON pointer; a part `*` stands for any."""
Place = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*#(/[^/]+)+$")]
"""A kind of document, and a pointer into each of them."""


class Control(StrictModel):
    """An argument that decides whom or what a call acts on."""

    kind: Kind = Field(
        default="text",
        description="What the value is, when it is read from the words of the request.",
        examples=["id"],
    )
    sources: tuple[Source, ...] = Field(
        default=("contract", "request", "trusted"),
        description="Where the value may come from.",
        examples=[["request"]],
    )
    own: Place | None = Field(
        default=None,
        description="Where the customer's own records hold such values; any other is refused, "
        "wherever it comes from. Written as a kind of document, `#` and a JSON pointer.",
        examples=["customer#/orders/*"],
    )


class ToolFlow(StrictModel):
    """What one tool's arguments and results are. What is not said is the stricter."""

    control: Mapping[str, Control] = Field(
        default_factory=dict,
        description="Arguments that decide whom or what it acts on. Of a tool that acts, every "
        "argument that is not free content is one, named here or not.",
        examples=[{"order_id": {"kind": "id"}}],
    )
    content: tuple[str, ...] = Field(
        default=(), description="Arguments that are free content.", examples=[["summary"]]
    )
    said: tuple[str, ...] = Field(
        default=(),
        description="The request must hold a word that begins with one of these.",
        examples=[["cancel"]],
    )
    unprompted: bool = Field(
        default=False,
        description="Whether it may act though the request names nothing that it acts on.",
        examples=[True],
    )
    acts: bool = Field(
        default=False,
        description="Whether it counts as a write although it reads: it has side effects.",
        examples=[True],
    )
    outbound: bool = Field(
        default=False,
        description="Whether arguments leave for somebody else, be it in the URL of a read.",
        examples=[True],
    )
    destination: str | None = Field(
        default=None,
        description="The host that it talks to, if it is not Tollway's own network.",
        examples=["api.example.com"],
    )
    trusted: tuple[Pointer, ...] = Field(
        default=(),
        description="Fields of its results whose values nobody outside can choose.",
        examples=[["/items/*/item_id"]],
    )
    returns: tuple[str, ...] = Field(
        default=(), description="Data classes of its results.", examples=[["personal"]]
    )
    carries: tuple[str, ...] = Field(
        default=(),
        description="Data classes that may leave by it; to the customer's own address, any may.",
        examples=[["public"]],
    )


class DocumentFlow(StrictModel):
    """What one kind of document that retrievers bring is."""

    trusted: tuple[Pointer, ...] = Field(
        default=(),
        description="Its fields whose values nobody outside can choose; all others are untrusted.",
        examples=[["/payment_methods/*/id"]],
    )
    classes: tuple[str, ...] = Field(
        default=(), description="Data classes that it holds.", examples=[["personal"]]
    )


class Flow(StrictModel):
    """All that a contract says of information flow."""

    documents: Mapping[str, DocumentFlow] = Field(
        default_factory=dict,
        description="By kind, what retrievers bring.",
        examples=[{"product": {"trusted": ["/product_id"]}}],
    )
    tools: Mapping[str, ToolFlow] = Field(
        default_factory=dict,
        description="By name, what tools take and give.",
        examples=[{"hand_over": {"content": ["summary"], "unprompted": True}}],
    )
    values: Mapping[str, str] = Field(
        default_factory=dict,
        description='Values of the contract\'s own, named by {"$contract": NAME}.',
        examples=[{"warehouse": "wh-1"}],
    )
    ask: Persons | None = Field(
        default=None,
        description="Who may allow a call whose flow is not explained; left out, it is denied.",
        examples=[{"role": "support_lead"}],
    )

    def of_tool(self, name: str) -> ToolFlow:
        """What is said of a tool; nothing makes every argument of one that acts a control one."""
        return self.tools.get(name, UNDECLARED)

    def trusted(self, kind: str, tool: str) -> tuple[str, ...]:
        """The trusted fields of a document of this kind, or of a result of this tool."""
        if tool:
            return self.of_tool(tool).trusted
        return self.documents[kind].trusted if kind in self.documents else ()

    def classes(self, kind: str, tool: str) -> tuple[str, ...]:
        """The data classes of a document of this kind, or of a result of this tool."""
        if tool:
            return self.of_tool(tool).returns
        return self.documents[kind].classes if kind in self.documents else ()


UNDECLARED = ToolFlow()
