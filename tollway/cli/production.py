"""What decides in production, set up to decide again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from streams.core.audit.redecide import Production
from streams.core.engine import Engine

if TYPE_CHECKING:
    from schemas.codec import Codec
    from streams.core.workflow import Workflow


def production(codec: Codec, workflows: Mapping[str, Workflow]) -> Production:
    """The engine as a worker makes it, with the workflows deployed here."""
    from agents.state_table import state_table

    states = state_table()

    def engine_of(writer: str, partition: int) -> Engine:
        return Engine(codec, workflows, states, writer, partition)

    return Production(engine_of, {name: held.versions for name, held in workflows.items()})
