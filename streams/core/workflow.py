"""A workflow as the engine holds it: contract, typed calls, prompts and versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from streams.core.approvals.people import NOBODY, Approvers
from streams.core.contract import Contract
from streams.core.prices import PriceBook
from streams.core.routing.router import Router
from streams.core.slices.caps import NO_SHARED_CAPS, SharedCaps
from streams.core.tool_prices import PriceFunction

if TYPE_CHECKING:
    from schemas import records
    from schemas.records import CallKind, Versions


class CallType(Protocol):
    """The typed contract of one kind of call: its arguments and its result."""

    @property
    def repeatable(self) -> bool:
        """Whether the call may be tried again with the same key when its fate is unknown."""

    @property
    def reads(self) -> bool:
        """Whether it changes nothing, so that its result may serve once more."""

    @property
    def arguments_schema(self) -> str:
        """Fingerprint of the Avro schema of the arguments."""

    def encode_arguments(self, arguments: Any) -> bytes:
        """Avro binary of conforming arguments. Raises NonConforming with field and reason."""

    def readable(self, arguments: bytes) -> str:
        """The arguments as JSON, for a person to read. Raises RecordError."""

    def decode_arguments(self, schema: str, arguments: bytes) -> Any:
        """The typed arguments. Raises RecordError when schema or content do not conform."""

    def decode_result(self, result_schema: str, result: bytes) -> Any:
        """The result. Raises RecordError when schema or content do not conform."""


class RequestForm(Protocol):
    """A typed request: what it must hold, and the steps that it asks for."""

    def steps(self, request: str) -> Sequence[tuple[str, Mapping[str, Any]]] | None:
        """Tool and arguments of each step; None when the request is plain words.

        Raises NonConforming, naming the field.
        """

    @property
    def names(self) -> str:
        """Its fields, for a person to read."""

    @property
    def described(self) -> str:
        """All that it asks for, as text that stands for its version."""


Check = Callable[[Any], "records.Check"]
"""Looks at a run's View and says whether something holds."""

CheckBefore = Callable[[Any], Iterator[str]]
"""Looks at a proposed write and yields what speaks against it."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow at one version."""

    contract: Contract
    versions: Versions
    prices: PriceBook
    call_types: Mapping[tuple[CallKind, str], CallType]
    checks: Mapping[str, Check]
    prompts: Mapping[str, str] = field(default_factory=dict)
    approvers: Approvers = NOBODY
    price_functions: Mapping[str, PriceFunction] = field(default_factory=dict)
    form: RequestForm | None = None
    checks_before: Mapping[str, CheckBefore] = field(default_factory=dict)
    shared_caps: SharedCaps = NO_SHARED_CAPS
    router: Router | None = None

    @property
    def name(self) -> str:
        """The workflow's name."""
        return self.contract.workflow
