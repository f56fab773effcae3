"""What both drivers do: run their parts side by side, and hold back what has enough waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition


async def until_first_fails(*parts: Coroutine[Any, Any, None] | asyncio.Future[None]) -> None:
    """Wait until one part ends or fails, then end the others. Raises what the first one raised."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def hold_back(
    consumer: AIOKafkaConsumer, full: set[TopicPartition], drained: set[TopicPartition]
) -> bool:
    """Pause what is full, resume what has drained; returns whether anything stays paused.

    A paused consumer is still to be polled: its group counts one that is not as gone.
    """
    consumer.pause(*(full & consumer.assignment()))
    paused = consumer.paused()
    consumer.resume(*(paused & drained))
    return bool(paused - drained)
