"""The billing meter: one line for each call that was served, written when it was."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from bench.overspend.provider.answering import Asked
from bench.overspend.provider.tariff import bill_usd_picos


@dataclass(frozen=True, slots=True)
class Bill:
    """What one call was billed. Times are wall-clock, in milliseconds."""

    account: str
    ask: int
    model: str
    limit_tokens: int
    input_tokens: int
    output_tokens: int
    usd_picos: int
    arrived_at_ms: float
    billed_at_ms: float
    client_left: bool = False


def bill(asked: Asked, output_tokens: int, arrived_at_ms: float, *, client_left: bool) -> Bill:
    """The bill of a call that ends now."""
    return Bill(
        account=asked.account,
        ask=asked.ask,
        model=asked.model,
        limit_tokens=asked.limit_tokens,
        input_tokens=asked.input_tokens,
        output_tokens=output_tokens,
        usd_picos=bill_usd_picos(asked.model, asked.input_tokens, output_tokens),
        arrived_at_ms=arrived_at_ms,
        billed_at_ms=now_ms(),
        client_left=client_left,
    )


@dataclass(frozen=True, slots=True)
class Meter:
    """Appends to a file; a line is short, so it is written whole or not at all."""

    file: int

    def count(self, one: Bill) -> None:
        """Add a bill."""
        os.write(self.file, orjson.dumps(asdict(one)) + b"\n")


def open_meter(path: Path) -> Meter:
    """The meter in this file."""
    return Meter(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644))


def read_bills(path: Path, account: str) -> Sequence[Bill]:
    """All bills of an account so far, by arrival."""
    lines = path.read_bytes().splitlines() if path.exists() else []
    bills = (Bill(**orjson.loads(line)) for line in lines)
    return sorted((b for b in bills if b.account == account), key=lambda b: b.arrived_at_ms)


def now_ms() -> float:
    """Wall-clock time."""
    return time.time_ns() / 1e6
