"""All states by name: the composition that a worker runs, checked against the graph."""

from __future__ import annotations

from collections.abc import Mapping

from agents.states.execute import Execute
from agents.states.finalize import Finalize
from agents.states.intake import Intake
from agents.states.log import Log
from agents.states.plan import Plan
from agents.states.retrieval import Retrieval
from agents.states.verify import Verify
from schemas.errors import SettingError
from streams.core.graph import GRAPH
from streams.core.states import State

MODULES: tuple[State, ...] = (
    Intake(),
    Retrieval(),
    Plan(),
    Execute(),
    Verify(),
    Finalize(),
    Log(),
)


def state_table() -> Mapping[str, State]:
    """State by name. Raises SettingError when graph and modules do not name the same states."""
    table = {state.name: state for state in MODULES}
    if table.keys() != GRAPH.keys():
        odd = ", ".join(sorted(table.keys() ^ GRAPH.keys()))
        raise SettingError(f"the graph and the state modules disagree on: {odd}")
    return table
