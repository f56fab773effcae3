"""Which driver brings the records: Faust in production, plain aiokafka as its counterpart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from streams.adapters.ownership import Ownership
from streams.adapters.parts import Limits, Parts
from streams.adapters.plain_driver import PlainDriver
from streams.settings import Settings


class Driver(Protocol):
    """Feeds the processors of one process."""

    @property
    def ownership(self) -> Ownership:
        """The partitions that it feeds."""

    async def run(self) -> None:
        """Feed until cancelled. Raises what a processor raises."""


def new_driver(
    settings: Settings, group: str, topics: Sequence[str], parts: Parts, limits: Limits
) -> Driver:
    """The driver that the settings name."""
    if settings.driver == "faust":
        from streams.adapters.faust_driver import FaustDriver  # noqa: PLC0415  slow to import

        return FaustDriver(settings, group, topics, parts, limits)
    return PlainDriver(settings, group, topics, parts, limits)
