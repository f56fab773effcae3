"""The choke point as a function: may this call happen, and which rule says so.

It is the gate of the engine that decides, with an outsider's tools in the place of a workflow's.
Money is left out: a call that is allowed here may still find its caps used up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import orjson
import yaml

from agents.contracts.shape import validated
from schemas.errors import ContractError, NonConforming
from streams.core import gate
from streams.core.approvals.questions import Question
from streams.core.budget import Spender
from streams.core.contract import Contract
from streams.core.flow.asked import sources_of
from streams.core.flow.provenance import Origin, Provenance
from streams.core.prices import PriceBook
from streams.core.runs import NO_VERSIONS
from streams.core.states import Ask
from streams.core.verdicts import Situation
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from streams.core.verdicts import Refusal


__all__ = ["Call", "Decision", "Origin", "Provenance", "contract_of", "decide"]

Verdict = Literal["allowed", "needs_approval", "denied"]
NO_PRICES = PriceBook.model_construct(version="none", models={})


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that somebody wants to make. `reads` says that it changes nothing."""

    tool: str
    arguments: Mapping[str, Any]
    reads: bool = False
    state: str = "execute"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the choke point says. `rule` is the one that denies or asks; "" when it is allowed.

    The reason names what would have satisfied the rule. `sources` says of each argument, by JSON
    pointer, where it comes from.
    """

    verdict: Verdict
    rule: str = ""
    reason: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)


def contract_of(text: str | bytes) -> Contract:
    """The contract in a YAML text. Raises ContractError with all that is wrong."""
    try:
        contract, faults = validated(yaml.safe_load(text))
    except yaml.YAMLError as error:
        raise ContractError(f"the contract is no YAML: {error}") from error
    if contract is None or faults:
        raise ContractError("\n".join(f"{f.place}: {f.reason}; {f.instead}" for f in faults))
    return contract


def decide(contract: Contract, provenance: Provenance, call: Call) -> Decision:
    """Whether the call may happen under the contract, given where its values come from."""
    types: Any = {("tool", call.tool): _JsonCall(call.reads)}
    workflow = Workflow(contract, NO_VERSIONS, NO_PRICES, types, {})
    return decide_in(workflow, provenance, call)


def decide_in(workflow: Workflow, provenance: Provenance, call: Call) -> Decision:
    """The same for a tool of a workflow, with its own argument types."""
    ask = Ask("tool", call.tool, call.arguments, "asked from outside", provenance=provenance)
    at = Situation(workflow, call.state, Spender("", "", ""), 0, lambda _: None)
    found = gate.permitted(ask, at)
    sources = sources_of(ask, at)
    if found is None:
        return Decision("allowed", sources=sources)
    return Decision(*_told(found), sources)


def _told(found: Refusal | Question) -> tuple[Verdict, str, str]:
    if isinstance(found, Question):
        return "needs_approval", found.rule, f"{found.because}; {found.persons.role} may allow it"
    return "denied", found.rule, found.reason


@dataclass(frozen=True, slots=True)
class _JsonCall:
    """A tool that takes and gives any JSON object."""

    reads: bool
    repeatable: bool = False
    arguments_schema: str = ""

    def encode_arguments(self, arguments: Any) -> bytes:
        try:
            return orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError as error:
            raise NonConforming("arguments", str(error)) from error

    def readable(self, arguments: bytes) -> str:
        return arguments.decode()

    def decode_arguments(self, _: str, arguments: bytes) -> Any:
        return orjson.loads(arguments)

    def decode_result(self, _: str, result: bytes) -> Any:
        return orjson.loads(result)
