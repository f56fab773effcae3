"""The payload store in memory. Writing and reading wait until the world lets them go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from schemas.errors import PayloadUnavailable
from streams.core.hashing import content_hash
from streams.core.payloads import Reference

NO_LIMIT = 10**9
"""Seconds or bytes that no history reaches: the store always answers in the end."""


async def at_once() -> None:
    """For whoever looks at what is kept when all is over."""


@dataclass(frozen=True, slots=True)
class MemoryPayloads:
    """What one process sees of the store that all share."""

    kept: dict[str, bytes]
    gate: Callable[[], Awaitable[None]] = at_once

    async def put(self, content: bytes) -> Reference:
        """See core.payloads.Payloads."""
        await self.gate()
        reference = Reference(content_hash(content), len(content))
        self.kept[reference.content_hash] = content
        await self.gate()
        return reference

    async def get(self, reference: Reference) -> bytes:
        """See core.payloads.Payloads."""
        await self.gate()
        if reference.content_hash not in self.kept:
            raise PayloadUnavailable("", f"payload {reference.content_hash} was never kept")
        return self.kept[reference.content_hash]
