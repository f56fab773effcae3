"""Performing one call: check the deadline, check the arguments, act, check the result.

Every ending is an answer. What the act raises becomes the status that the table names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from agents.models.interface import ModelFailed, ModelUnavailable
from agents.tools.spec import Happened, NeverHappened, Reconciled
from schemas.errors import RecordError, TollwayError, ToolRefusal
from streams.core.bounds import MAX_RESULT_BYTES, clipped
from streams.core.claims import unanswered

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, CallStatus

ENDINGS: tuple[tuple[type[Exception], CallStatus], ...] = (
    (ToolRefusal, "refused"),
    (ModelUnavailable, "refused"),
    (ModelFailed, "failed"),
    (RecordError, "rejected"),
    (Exception, "failed"),
)
"""First match names how a call ended that raised."""


class WireType(Protocol):
    """Both directions of a call's typed contract, as a pool needs them."""

    @property
    def result_schema(self) -> str:
        """Fingerprint of the result's schema."""

    def decode_arguments(self, schema: str, arguments: bytes) -> Any:
        """Typed arguments. Raises RecordError."""

    def encode_result(self, result: Any) -> bytes:
        """Avro binary of a conforming result. Raises RecordError."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an act gives back: its result, and what it used and cost."""

    result: Any
    cost_usd_micros: int
    provider: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


Act = Callable[["Call", Any], Awaitable[Done]]
"""Performs a call with its typed arguments."""
Reconcile = Callable[["Call"], Awaitable[Reconciled]]
"""Finds out whether a call in doubt has happened."""
RECONCILE_LIMIT_S = 30.0


async def nobody_knows(call: Call) -> Reconciled:  # noqa: ARG001
    """For pools whose calls may be repeated: nobody needs to know."""
    return None


@dataclass(frozen=True, slots=True)
class Performer:
    """Performs the calls of one pool. `wire_type` finds a call's contract, None when unknown."""

    wire_type: Callable[[Call], WireType | None]
    act: Act
    cost_of_failure: Callable[[Call, Exception], int]
    now_ms: Callable[[], int]
    worker: str
    reconcile: Reconcile = nobody_knows

    async def perform(self, call: Call) -> CallResult:
        """Act once, if the deadline has not passed."""
        started_ms = self.now_ms()
        blank = unanswered(call, self.worker, started_ms)
        if started_ms > call["not_after_ms"]:
            return {**blank, "status": "expired", "error": "not started before its deadline"}
        limit = asyncio.timeout(call["act_limit_ms"] / 1000)
        try:
            async with limit:
                return {**await self._act(call), "started_at_ms": started_ms}
        except Exception as error:  # noqa: BLE001  every ending is an answer
            given_up = self._given_up(call) if limit.expired() else self._ended(call, error)
            return {**given_up, "started_at_ms": started_ms}

    async def resolve(self, call: Call, doubt: CallResult) -> CallResult:
        """The answer to a call that was claimed and perhaps performed: as its reconciler knows."""
        try:
            async with asyncio.timeout(RECONCILE_LIMIT_S):
                found = await self.reconcile(call)
            if isinstance(found, NeverHappened):
                never = "it was claimed, and its tool says that it never happened"
                blank = unanswered(call, self.worker, self.now_ms())
                return {**blank, "status": "expired", "error": never}
            return doubt if found is None else self._happened(call, found)
        except Exception as error:  # noqa: BLE001  then nobody knows
            asked = f"{doubt['error']}; its reconciler failed: {type(error).__name__}: {error}"
            return {**doubt, "error": clipped(asked)}

    def _happened(self, call: Call, found: Happened) -> CallResult:
        wire = self.wire_type(call)
        if wire is None:
            raise RecordError("name", f"this pool has no {call['kind']} {call['name']}")
        return {
            **unanswered(call, self.worker, self.now_ms()),
            "status": "done",
            "result_schema": wire.result_schema,
            "result": _encoded(wire, found.result),
            "cost_usd_micros": call["reserved_usd_micros"],
        }

    async def _act(self, call: Call) -> CallResult:
        wire = self.wire_type(call)
        if wire is None:
            raise RecordError("name", f"this pool has no {call['kind']} {call['name']}")
        arguments = wire.decode_arguments(call["arguments_schema"], call["arguments"])
        done = await self.act(call, arguments)
        return {
            **unanswered(call, self.worker, self.now_ms()),
            "status": "done",
            "result_schema": wire.result_schema,
            "result": _encoded(wire, done.result),
            "cost_usd_micros": done.cost_usd_micros,
            "input_tokens": done.input_tokens,
            "output_tokens": done.output_tokens,
            "provider": done.provider,
        }

    def _given_up(self, call: Call) -> CallResult:
        """It may go on in a thread or at the provider, so nobody knows what it did or cost."""
        took = f"took longer than {call['act_limit_ms']} ms and was given up"
        return {
            **unanswered(call, self.worker, self.now_ms()),
            "status": "in_doubt",
            "error": f"{call['name']} {took}; whether it was done is unknown",
            "cost_usd_micros": call["reserved_usd_micros"],
        }

    def _ended(self, call: Call, error: Exception) -> CallResult:
        status = next(status for kind, status in ENDINGS if isinstance(error, kind))
        plain = isinstance(error, TollwayError)
        return {
            **unanswered(call, self.worker, self.now_ms()),
            "status": status,
            "error": clipped(str(error) if plain else f"{type(error).__name__}: {error}"),
            "cost_usd_micros": self.cost_of_failure(call, error),
        }


def _encoded(wire: WireType, result: Any) -> bytes:
    """The result's bytes. It was acted already, so a bad result is a failure, not a rejection."""
    try:
        encoded = wire.encode_result(result)
    except RecordError as error:
        raise RuntimeError(f"the result does not conform: {error}") from error
    if len(encoded) > MAX_RESULT_BYTES:
        raise RuntimeError(f"the result holds {len(encoded)} bytes of at most {MAX_RESULT_BYTES}")
    return encoded
