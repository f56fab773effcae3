"""How the provider treats one account; the harness says it before the calls come."""

from __future__ import annotations

from pydantic import Field

from schemas.strict import StrictModel


class Behaviour(StrictModel):
    """Times are milliseconds."""

    takes_ms: int = 20
    slow_every: int = Field(0, description="Every n-th ask takes slow_ms instead; 0 for none.")
    slow_ms: int = 0
    failing: tuple[str, ...] = Field((), description="Models that answer 500 and bill nothing.")
    times_limit: float = Field(1.0, description="How much longer than drawn an answer is.")

    def takes_s(self, ask: int) -> float:
        """How long this ask takes."""
        slow = self.slow_every > 0 and ask % self.slow_every == 0
        return (self.slow_ms if slow else self.takes_ms) / 1000


class Standing(StrictModel):
    """What came in so far for an account."""

    arrived: int = 0
    under_way: int = 0
