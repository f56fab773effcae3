"""The workflow graph as data: named states, and where each transition leads.

A transition that leads back passes a metered edge: the engine counts the visits of a state,
and a run that has used them up goes to finalize instead, so every run ends.
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.errors import TollwayError

END = "end"
LAST_RESORT = "finalize"
"""Where a run goes that may not enter the state it was sent to."""

GRAPH: Mapping[str, Mapping[str, str]] = {
    "intake": {"accepted": "retrieval", "unrouted": "finalize", "rejected": END},
    "retrieval": {"found": "plan", "failed": "finalize"},
    "plan": {"planned": "execute", "nothing_to_do": "verify"},
    "execute": {"executed": "verify", "more_to_plan": "plan"},
    "verify": {
        "verified": "finalize",
        "unverified": "finalize",
        "look_again": "retrieval",
        "plan_again": "plan",
    },
    "finalize": {"finalized": "log"},
    "log": {"logged": END},
}


class IllegalTransition(TollwayError):
    """A state named a transition that its row in the graph does not have."""


def follow(state: str, transition: str) -> str:
    """The state that `transition` leads to from `state`. Raises IllegalTransition."""
    try:
        return GRAPH[state][transition]
    except KeyError:
        known = ", ".join(GRAPH.get(state, {})) or "none"
        raise IllegalTransition(
            f"state {state} has no transition {transition}; it has: {known}"
        ) from None


def state_topic(state: str) -> str:
    """The topic whose consumer is `state`."""
    return f"state.{state}"
