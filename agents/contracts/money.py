"""What a contract costs at the most, beside the cap that it sets."""

from __future__ import annotations

from collections.abc import Iterator

from agents.contracts.findings import Fault
from agents.contracts.names import Surroundings
from streams.core.contract import Contract
from streams.core.graph import GRAPH
from streams.core.max_cost import CallCost, MaxCost, call_costs

CAP = ("max_run_usd_micros",)
MICROS = 1_000_000


def within_cap(contract: Contract, cost: MaxCost, around: Surroundings) -> Iterator[Fault]:
    """A cap below one call is an error; one below the dearest path is worth knowing."""
    cap = contract.max_run_usd_micros
    state, dearest = max(_calls(contract, around), key=_usd_micros, default=("", None))
    if dearest is not None and cap < dearest.usd_micros:
        reason = (
            f"is {dollars(cap)}, and one call of {dearest.kind} {dearest.name} in state {state} "
            f"may cost {dollars(dearest.usd_micros)}, so that it could never be made"
        )
        yield Fault(CAP, reason, f"write at least {dearest.usd_micros}, or {_cheaper(dearest)}")
    elif cap < cost.total_usd_micros:
        total = dollars(cost.total_usd_micros)
        reason = f"is {dollars(cap)}, and the dearest path may cost {total}"
        yield Fault(CAP, reason, "that is legal: the cap stops such a run", "warning")


def summary(contract: Contract, cost: MaxCost) -> str:
    """Both figures in one line."""
    return (
        f"at most {dollars(cost.total_usd_micros)} on the path {' → '.join(cost.path)}; "
        f"the cap is {dollars(contract.max_run_usd_micros)}"
    )


def dollars(usd_micros: int) -> str:
    """An amount as people write it, exactly: at least two decimals, at most six."""
    whole, part = divmod(usd_micros, MICROS)
    return f"${whole:,}.{f'{part:06}'.rstrip('0').ljust(2, '0')}"


def _calls(contract: Contract, around: Surroundings) -> Iterator[tuple[str, CallCost]]:
    for state in GRAPH:
        if contract.policy(state).calls > 0:
            for cost in call_costs(contract, state, around.prices, around.prompts):
                yield state, cost


def _usd_micros(found: tuple[str, CallCost]) -> int:
    return found[1].usd_micros


def _cheaper(call: CallCost) -> str:
    if call.kind == "model":
        return "lower max_output_tokens or max_prompt_bytes, or name a cheaper model"
    return f"leave {call.name} out"
