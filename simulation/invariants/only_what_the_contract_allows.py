"""No call reaches a pool that its contract does not allow."""

from __future__ import annotations

from simulation.invariants.base import Invariant
from simulation.witness import Landed


class OnlyWhatTheContractAllows(Invariant):
    """Looks at what lands on the calls topics."""

    def landed(self, seen: Landed) -> None:
        """By the state's allowlist, the prohibitions and a reservation."""
        if not seen.topic.startswith("calls."):
            return
        call = self.world.codec.decode("call", seen.record.value)
        contract = self.world.flow.contract
        policy = contract.policy(call["state"])
        cheaper = [rung.model for rung in contract.ladder_of(call["state"])]
        models = (policy.model, *cheaper)
        allowed = {"model": models, "retrieval": policy.retrievers, "tool": policy.tools}
        what = f"{call['kind']} {call['name']} in state {call['state']}"
        self.demand(call["name"] in allowed[call["kind"]], f"{what} is not on the allowlist")
        self.demand(call["name"] not in contract.forbidden, f"{what} is forbidden")
        self.demand(call["reserved_usd_micros"] > 0, f"{what} is free of charge")
