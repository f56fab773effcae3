"""A state's policy as the rungs that a run has taken leave it: the same or cheaper, never more.

Only a remedy after a failed check may put a dearer model in the place of another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from streams.core.ladder.rungs import NEEDS, Rung
from streams.core.routing.paths import path_named

if TYPE_CHECKING:
    from streams.core.contract import Contract
    from streams.core.routing.path import Path
    from streams.core.state_policy import StatePolicy

SMALLER = frozenset({"passages", "max_prompt_bytes", "max_output_tokens"})


def policy_of(contract: Contract, state: str, taken: Sequence[str], path: str = "") -> StatePolicy:
    """What the state may do for a run on this path, with these rungs and remedies by label."""
    policy = contract.policy(state)
    if path:
        policy = _on(policy, state, path_named(contract, path))
    if not taken:
        return policy
    for rung in taken_rungs(contract, state, taken):
        policy = after(policy, rung)
    for remedy in contract.remedies:
        if remedy.label in taken and (change := remedy.change(state)):
            policy = _with(policy, change)
    return policy


def _on(policy: StatePolicy, state: str, path: Path | None) -> StatePolicy:
    """The policy as a path leaves it: another model for the one there is, and no further tool."""
    if path is None:
        return policy
    model = policy.model and path.models.get(state, policy.model)
    tools = tuple(name for name in policy.tools if path.tools is None or name in path.tools)
    return _with(policy, {"model": model, "tools": tools})


def taken_rungs(contract: Contract, state: str, taken: Sequence[str]) -> Iterator[Rung]:
    """The rungs of the contract's ladder that the run has taken in this state."""
    if taken:
        yield from (rung for rung in contract.ladder_of(state) if rung.label(state) in taken)


def skipped(contract: Contract, state: str, taken: Sequence[str]) -> tuple[str, ...]:
    """Tools whose steps the run leaves out in this state."""
    leaves_out = any(r.rung == "skip_optional" for r in taken_rungs(contract, state, taken))
    return contract.policy(state).optional if leaves_out else ()


def after(policy: StatePolicy, rung: Rung) -> StatePolicy:
    """The policy one rung further down; the same object when that changes nothing."""
    field = NEEDS[rung.rung]
    if field in SMALLER and getattr(rung, field) < getattr(policy, field):
        return _with(policy, {field: getattr(rung, field)})
    if field == "model" and policy.model not in {None, rung.model}:
        return _with(policy, {"model": rung.model})
    if rung.rung == "skip_optional" and policy.optional:
        return _with(policy, {"optional": ()})
    return policy


def _with(policy: StatePolicy, changes: dict[str, Any]) -> StatePolicy:
    return policy.model_copy(update=changes)
