"""What every system is to the benchmark."""

from __future__ import annotations

from typing import Protocol

from bench.measured import Load, Measured


class System(Protocol):
    """One system under measurement. It starts and stops its own processes."""

    @property
    def name(self) -> str:
        """Its name in the results."""

    @property
    def load_divisor(self) -> int:
        """How many times fewer runs it is given than were asked for."""

    def unavailable(self) -> str | None:
        """Why it cannot be measured here, or None when it can."""

    def measure(self, load: Load) -> Measured:
        """Start, warm up, measure and stop. Raises TollwayError."""
