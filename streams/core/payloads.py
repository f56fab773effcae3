"""Results too large for a record: kept in the payload store, referred to by their hash.

A decision reads no store. It says which payload it wants; whoever asked for it fetches that and
asks again, with the payload or with the reason why there is none on the input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from schemas.errors import PayloadNotKept, PayloadUnavailable
from streams.core.inputs import Input

if TYPE_CHECKING:
    from schemas.records import CallResult


@dataclass(frozen=True, slots=True)
class Reference:
    """What stands in a record in place of its payload."""

    content_hash: str
    size_bytes: int


class Payloads(Protocol):
    """What keeps payloads, as far as processes use it."""

    async def put(self, content: bytes) -> Reference:
        """Keep `content`, perhaps again. Raises PayloadNotKept."""

    async def get(self, reference: Reference) -> bytes:
        """The content. Raises PayloadUnavailable when it is missing or differs."""


class NoPayloads:
    """For processes that meet none."""

    async def put(self, content: bytes) -> Reference:
        """Never asked for. Raises PayloadNotKept."""
        raise PayloadNotKept(f"there is no payload store for {len(content)} bytes")

    async def get(self, reference: Reference) -> bytes:
        """Nothing is kept here. Raises PayloadUnavailable."""
        raise PayloadUnavailable("", f"payload {reference.content_hash}: there is no payload store")


class PayloadWanted(Exception):
    """No fault: the decision can be made once this payload is on its input."""

    def __init__(self, reference: Reference) -> None:
        super().__init__(reference.content_hash)
        self.reference = reference


def reference_of(result: CallResult) -> Reference | None:
    """Where the result stands; None when it stands in the record."""
    if not result["payload_hash"]:
        return None
    return Reference(result["payload_hash"], result["payload_bytes"])


def referring(result: CallResult, reference: Reference) -> CallResult:
    """The record of a result that is in the store."""
    return {
        **result,
        "result": b"",
        "payload_hash": reference.content_hash,
        "payload_bytes": reference.size_bytes,
    }


def with_payload(result: CallResult, source: Input) -> CallResult:
    """The result whole. Raises PayloadWanted, or PayloadUnavailable when it cannot be had."""
    reference = reference_of(result)
    if reference is None:
        return result
    if source.no_payload:
        raise PayloadUnavailable("", source.no_payload)
    if source.payload is None:
        raise PayloadWanted(reference)
    return {**result, "result": source.payload}
