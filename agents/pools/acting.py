"""Performing one call: check the deadline, check the arguments, act, check the result.

Every ending is an answer. What the act raises becomes the status that the table names.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any, Protocol

from agents.models.interface import ModelFailed, ModelNotBilled, ModelUnavailable
from agents.pools.costs import as_quoted
from agents.privacy.answers import clean_result, clean_text
from agents.privacy.restoring import Restorer, as_they_are
from agents.privacy.vault import Values
from agents.tools.spec import Happened, NeverHappened, Reconciled
from schemas.errors import (
    RecordError,
    TollwayError,
    ToolRefusal,
    ValueNotRestored,
    VaultUnavailable,
)
from streams.core.bounds import clipped
from streams.core.claims import unanswered

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, CallStatus

ENDINGS: tuple[tuple[type[Exception], CallStatus], ...] = (
    (ToolRefusal, "refused"),
    (ModelUnavailable, "refused"),
    (ModelNotBilled, "failed"),
    (ModelFailed, "in_doubt"),
    (RecordError, "rejected"),
    (ValueNotRestored, "rejected"),
    (VaultUnavailable, "expired"),
    (Exception, "failed"),
)
"""First match names how a call ended that raised. Of a model that failed nobody knows the cost.

The vault is read before anything is asked, so a call that it stops has never begun.
"""


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
    """What an act gives back: its result, what it used and cost; None for what was quoted."""

    result: Any
    cost_usd_micros: int | None
    provider: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


Act = Callable[["Call", Any], Awaitable[Done]]
"""Performs a call with its typed arguments."""
Reconcile = Callable[["Call"], Awaitable[Reconciled]]
"""Finds out whether a call in doubt has happened."""
RECONCILE_LIMIT_S = 30.0


def as_done(call: Call, error: Exception) -> None:
    """A tool or retriever that refuses or breaks costs what it costs when it is done."""


Keep = Callable[["CallResult"], Awaitable["CallResult"]]
"""Puts aside what is too large for a record."""


async def whole(result: CallResult) -> CallResult:
    """For pools whose results are small."""
    return result


async def nobody_knows(call: Call) -> Reconciled:  # noqa: ARG001
    """For pools whose calls may be repeated: nobody needs to know."""
    return None


@dataclass(slots=True)
class Stopwatch:
    """Measures an act by a clock that nobody sets; `began_s` is None while nothing was asked.

    `values` are those that the act was given in place of placeholders.
    """

    began_s: float | None = None
    values: Values = field(default_factory=dict)

    def start(self) -> None:
        """The act begins."""
        self.began_s = time.monotonic()

    def took_ms(self) -> int:
        """Milliseconds since the act began, rounded up."""
        return 0 if self.began_s is None else ceil((time.monotonic() - self.began_s) * 1000)


@dataclass(frozen=True, slots=True)
class Performer:
    """Performs the calls of one pool. `wire_type` finds a call's contract, None when unknown."""

    wire_type: Callable[[Call], WireType | None]
    act: Act
    cost_of_failure: Callable[[Call, Exception], int | None]
    now_ms: Callable[[], int]
    worker: str
    reconcile: Reconcile = nobody_knows
    keep: Keep = whole
    restore: Restorer = as_they_are

    async def perform(self, call: Call) -> CallResult:
        """Act once, if the deadline has not passed. No value that was restored is answered."""
        watch = Stopwatch()
        return await self.keep(_clean(await self._performed(call, watch), watch.values))

    async def resolve(self, call: Call, doubt: CallResult) -> CallResult:
        """The answer to a call that was claimed and perhaps performed: as its reconciler knows."""
        return await self.keep(_clean(await self._resolved(call, doubt), {}))

    async def _performed(self, call: Call, watch: Stopwatch) -> CallResult:
        started_ms = self.now_ms()
        blank = unanswered(call, self.worker, started_ms)
        if started_ms > call["not_after_ms"]:
            return {**blank, "status": "expired", "error": "not started before its deadline"}
        limit = asyncio.timeout(call["act_limit_ms"] / 1000)
        try:
            async with limit:
                return {**await self._act(call, watch), "started_at_ms": started_ms}
        except Exception as error:  # noqa: BLE001  every ending is an answer
            over = limit.expired()
            ended = self._given_up(call) if over else self._ended(call, error, watch)
            return {**ended, "started_at_ms": started_ms}

    async def _resolved(self, call: Call, doubt: CallResult) -> CallResult:
        try:
            async with asyncio.timeout(RECONCILE_LIMIT_S):
                found = await self.reconcile(call)
            if isinstance(found, NeverHappened):
                never = "it was claimed, and its tool says that it never happened"
                blank = unanswered(call, self.worker, self.now_ms())
                return {**blank, "status": "expired", "error": never}
            return doubt if found is None else await self._happened(call, found)
        except Exception as error:  # noqa: BLE001  then nobody knows
            asked = f"{doubt['error']}; its reconciler failed: {type(error).__name__}: {error}"
            return {**doubt, "error": clipped(asked)}

    async def _happened(self, call: Call, found: Happened) -> CallResult:
        wire = self.wire_type(call)
        if wire is None:
            raise RecordError("name", f"this pool has no {call['kind']} {call['name']}")
        return {
            **unanswered(call, self.worker, self.now_ms()),
            "status": "done",
            "result_schema": wire.result_schema,
            "result": await _encoded(wire, found.result, {}),
            "cost_usd_micros": call["reserved_usd_micros"],
        }

    async def _act(self, call: Call, watch: Stopwatch) -> CallResult:
        wire = self.wire_type(call)
        if wire is None:
            raise RecordError("name", f"this pool has no {call['kind']} {call['name']}")
        arguments = wire.decode_arguments(call["arguments_schema"], call["arguments"])
        arguments, watch.values = await self.restore(call, arguments)
        watch.start()
        done = await self.act(call, arguments)
        return {
            **unanswered(call, self.worker, self.now_ms()),
            "status": "done",
            "result_schema": wire.result_schema,
            "result": await _encoded(wire, done.result, watch.values),
            "cost_usd_micros": _cost(call, done.cost_usd_micros, watch),
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

    def _ended(self, call: Call, error: Exception, watch: Stopwatch) -> CallResult:
        status = next(status for kind, status in ENDINGS if isinstance(error, kind))
        plain = isinstance(error, TollwayError)
        return {
            **unanswered(call, self.worker, self.now_ms()),
            "status": status,
            "error": clipped(str(error) if plain else f"{type(error).__name__}: {error}"),
            "cost_usd_micros": _cost(call, self.cost_of_failure(call, error), watch),
        }


def _cost(call: Call, known: int | None, watch: Stopwatch) -> int:
    """What is known, else as quoted; nothing while nothing was asked."""
    if known is not None:
        return known
    return 0 if watch.began_s is None else as_quoted(call, watch.took_ms())


def _clean(result: CallResult, values: Values) -> CallResult:
    """Errors tell what somebody's code says, which may name a value."""
    return {**result, "error": clean_text(result["error"], values)}


async def _encoded(wire: WireType, result: Any, values: Values) -> bytes:
    """The result's bytes. It was acted already, so a bad result is a failure, not a rejection."""
    try:
        return wire.encode_result(await asyncio.to_thread(clean_result, result, values))
    except RecordError as error:
        raise RuntimeError(f"the result does not conform: {error}") from error
