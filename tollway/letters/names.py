"""How people name a dead letter, and which letters they ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from schemas.topics import DEAD_SUFFIX

_NAME = re.compile(r"([a-z.]+)/(\d{1,10})/(\d{1,19})")
_AGO = re.compile(r"(\d{1,9})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Name(NamedTuple):
    """Where the record of a letter was; no two letters share it, however often one arrived."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


def parse_name(text: str) -> Name:
    """The name TOPIC/PARTITION/OFFSET. Raises ValueError."""
    matched = _NAME.fullmatch(text)
    if matched is None:
        raise ValueError(f"{text!r} is not TOPIC/PARTITION/OFFSET, for instance state.plan/3/17")
    return Name(origin(matched[1]), int(matched[2]), int(matched[3]))


def origin(topic: str) -> str:
    """The topic whose twin `topic` is, or `topic` itself."""
    return topic.removesuffix(DEAD_SUFFIX)


def parse_since(text: str, now: datetime) -> int:
    """A time in milliseconds, from ISO 8601 (UTC unless it says else) or like 90m, 2h, 7d ago.

    Raises ValueError.
    """
    ago = _AGO.fullmatch(text)
    try:
        if ago is not None:
            at = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        else:
            at = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time; give 2026-11-24T10:00 or 90m, 2h, 7d") from None
    zoned = at if at.tzinfo else at.replace(tzinfo=UTC)
    return int(zoned.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters; None is any. `since_ms` is about when they were found."""

    topic: str | None = None
    reason: str | None = None
    since_ms: int | None = None
    only_open: bool = False
