"""No act without its audit record: the call on the ledger and the claim in the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.invariants.base import Invariant
from simulation.witness import Decided

if TYPE_CHECKING:
    from schemas.records import Call
    from simulation.world import World


class ActsOnlyFromAcceptedClaims(Invariant):
    """Knows which calls were emitted and claimed by valid blocks."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._emitted: set[str] = set()
        self._claimed: set[str] = set()

    def decided(self, seen: Decided) -> None:
        """Calls and claims."""
        if seen.decision["rule"] == "call.claimed":
            keys = [change["key"] for change in seen.decision["changes"]]
            self._claimed.update(key.split("|")[1] for key in keys)
        for emit in seen.decision["emits"]:
            if emit["topic"].startswith("calls."):
                self._emitted.add(self.world.codec.decode("call", emit["value"])["call_id"])

    def acted(self, call: Call, billed_usd_micros: int) -> None:  # noqa: ARG002
        """Only what was emitted and claimed."""
        call_id = call["call_id"]
        self.demand(call_id in self._emitted, f"{call_id} was done, and no block emits it")
        self.demand(call_id in self._claimed, f"{call_id} was done without a valid claim")

    async def at_the_end(self) -> None:
        """And every call was claimed."""
        self.demand(
            self._emitted == self._claimed, f"never claimed: {self._emitted - self._claimed}"
        )
