"""What a tool is to the rest of Tollway: a description without an implementation.

A state, a gate or a test reads specs; only a tool pool opens the toolbox that performs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from schemas.derive import avro_schema
from schemas.strict import StrictModel


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """One tool: its name, its contract in both directions and what it does to the world."""

    name: str
    description: str
    arguments: type[StrictModel]
    result: type[StrictModel]
    effect: Literal["read", "write"]
    idempotent: bool
    """True when the tool itself enforces idempotency keys."""

    def arguments_schema(self, namespace: str) -> dict[str, Any]:
        """The Avro schema of the arguments."""
        return avro_schema(self.arguments, self._record("Arguments"), namespace, self.description)

    def result_schema(self, namespace: str) -> dict[str, Any]:
        """The Avro schema of the result."""
        return avro_schema(self.result, self._record("Result"), namespace)

    def json_schemas(self) -> list[dict[str, Any]]:
        """Arguments and result as JSON Schema, with every bound."""
        return [model.model_json_schema() for model in (self.arguments, self.result)]

    def counts(self) -> list[str]:
        """The arguments that are whole numbers and always there."""
        fields = self.arguments.model_json_schema().get("properties", {})
        return [name for name, kind in fields.items() if kind.get("type") == "integer"]

    def _record(self, suffix: str) -> str:
        return "".join(part.capitalize() for part in self.name.split("_")) + suffix


@dataclass(frozen=True, slots=True)
class CallContext:
    """Who asks, on whose behalf, and until when: never the run itself."""

    run_id: str
    workspace: str
    user_id: str
    call_id: str
    idempotency_key: str
    """The same for every attempt of one intended effect."""
    not_after_ms: int
    """The pool does not start the act after this time (Unix, milliseconds)."""


@dataclass(frozen=True, slots=True)
class Happened:
    """The effect of a call is there, and this was its result."""

    result: StrictModel


@dataclass(frozen=True, slots=True)
class NeverHappened:
    """The effect of a call is not there, and cannot come any more: another attempt is safe."""


Reconciled = Happened | NeverHappened | None
"""What a reconciler knows of a call; None when it does not know."""


@runtime_checkable
class Reconciler(Protocol):
    """What a toolbox may be as well: asked about calls of which nobody knows if they happened."""

    def reconcile(self, tool: str, context: CallContext) -> Reconciled:
        """Whether the effect under the call's idempotency key is there.

        `NeverHappened` only once the key is ruled out, so that a pool which was paused and wakes
        up can act on it no more: noting that is all that this may write.
        """


class Toolbox(Protocol):
    """Performs the tools of one workflow. Safe to call from several threads at once."""

    def perform(self, tool: str, arguments: StrictModel, context: CallContext) -> StrictModel:
        """Act once and return the result.

        Raises ToolRefusal, in the tool's own words, when it says no for a business reason.
        """

    def close(self) -> None:
        """Let go of connections. The toolbox is of no use afterwards."""
