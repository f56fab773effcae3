"""What decides in production, set up to decide again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from streams.core.audit.redecide import Production
from streams.core.engine import Engine
from streams.core.runs import NO_VERSIONS
from streams.settings import Settings

if TYPE_CHECKING:
    from schemas.codec import Codec
    from streams.core.workflow import Workflow


def production(codec: Codec, workflows: Mapping[str, Workflow], settings: Settings) -> Production:
    """The engine as a worker makes it, with the workflows deployed here."""
    from agents.operators import load_operators
    from agents.state_table import state_table
    from streams.adapters.payloads import open_payload_store

    states, operators = state_table(), load_operators(settings.workflows_dir)

    def engine_of(writer: str, partition: int) -> Engine:
        return Engine(codec, workflows, states, writer, partition, operators)

    versions = {name: held.versions for name, held in workflows.items()}
    versions[""] = {**NO_VERSIONS, "approvers": operators.version}  # of operators' commands
    return Production(engine_of, versions, open_payload_store(settings))
