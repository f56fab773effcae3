"""The payloads of past answers, for deciding on them again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import PayloadUnavailable, RecordError
from streams.core.answers import RESULTS
from streams.core.inputs import Input
from streams.core.payloads import Payloads, reference_of

if TYPE_CHECKING:
    from schemas.records import CallResult, DeadLetter, Decision
    from streams.core.payloads import Reference


@dataclass(frozen=True, slots=True)
class PayloadLookup:
    """Completes inputs as they were when they were decided on."""

    codec: Codec
    payloads: Payloads

    async def completed(self, source: Input, decision: Decision) -> Input:
        """The input with its payload, or with what the decision says of its lack.

        A payload that is gone by now is left out: the decision cannot be made again.
        """
        reference = self._reference(source)
        if reference is None:
            return source
        missed = self._missed(decision)
        if missed:
            return replace(source, no_payload=missed)
        with suppress(PayloadUnavailable):
            return replace(source, payload=await self.payloads.get(reference))
        return source

    def _reference(self, source: Input) -> Reference | None:
        if source.topic != RESULTS:
            return None
        with suppress(RecordError):
            return reference_of(cast("CallResult", self.codec.decode("call_result", source.value)))
        return None

    def _missed(self, decision: Decision) -> str:
        """Why the payload could not be had when the decision was made; empty when it could."""
        for emit in decision["emits"]:
            if self.codec.writer(emit["value"]).name == "dead_letter":
                letter = cast("DeadLetter", self.codec.decode("dead_letter", emit["value"]))
                if letter["reason"] == PayloadUnavailable.__name__:
                    return letter["message"]
        return ""
