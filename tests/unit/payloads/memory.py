"""A payload store in memory that fails as often as it is told to."""

from __future__ import annotations

from schemas.errors import PayloadNotKept, PayloadUnavailable
from simulation.payloads import MemoryPayloads
from streams.core.payloads import Reference


class Flaky:
    """Fails `failures` times before it answers."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.asked = 0
        self.store = MemoryPayloads({})

    async def put(self, content: bytes) -> Reference:
        if self._fails():
            raise PayloadNotKept("the payload store cannot be written: it is away")
        return await self.store.put(content)

    async def get(self, reference: Reference) -> bytes:
        if self._fails():
            raise PayloadUnavailable("", "it is away")
        return await self.store.get(reference)

    def _fails(self) -> bool:
        self.asked += 1
        return self.asked <= self.failures
