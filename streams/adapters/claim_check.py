"""Pools hand on a large result as a claim check: the store keeps it, the record refers to it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.errors import PayloadNotKept
from streams.adapters.crash_points import CrashPoint, reached
from streams.core.bounds import clipped
from streams.core.payloads import Payloads, Reference, referring

if TYPE_CHECKING:
    from schemas.records import CallResult

FIRST_DELAY_S = 0.2
TRIES = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """Keeps results above `inline_bytes` in the store; one above `max_bytes` fails its call."""

    payloads: Payloads
    inline_bytes: int
    max_bytes: int
    try_limit_s: float

    async def __call__(self, result: CallResult) -> CallResult:
        """The result as it is passed on. What cannot be kept is a failure: the call was made."""
        size_bytes = len(result["result"])
        if size_bytes <= self.inline_bytes:
            return result
        if size_bytes > self.max_bytes:
            most = f"{self.max_bytes}, see TOLLWAY_MAX_PAYLOAD_BYTES"
            return _failed(result, f"the result holds {size_bytes} bytes of at most {most}")
        try:
            reference = await self._put(result["result"])
        except PayloadNotKept as error:
            return _failed(result, str(error))
        if __debug__:
            reached(CrashPoint.PAYLOAD_STORED)
        return referring(result, reference)

    async def _put(self, content: bytes) -> Reference:
        """Keep it, trying a few times. Raises PayloadNotKept."""
        for attempt in range(1, TRIES):
            try:
                return await self._put_once(content)
            except PayloadNotKept as error:
                log.warning("%s; attempt %s of %s", error, attempt, TRIES)
                await asyncio.sleep(FIRST_DELAY_S * 2**attempt)
        return await self._put_once(content)

    async def _put_once(self, content: bytes) -> Reference:
        try:
            async with asyncio.timeout(self.try_limit_s):
                return await self.payloads.put(content)
        except TimeoutError as error:
            limit = f"{self.try_limit_s:.0f} s"
            raise PayloadNotKept(f"the payload store took longer than {limit}") from error


def _failed(result: CallResult, reason: str) -> CallResult:
    blank = {"status": "failed", "result_schema": "", "result": b"", "error": clipped(reason)}
    return {**result, **blank}  # type: ignore[typeddict-item]  # fields by name
