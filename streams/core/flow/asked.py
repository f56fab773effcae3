"""What a state asks for, as information flow sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.core.flow.judging import Flowing, origins

if TYPE_CHECKING:
    from streams.core.states import Ask
    from streams.core.verdicts import Situation


def flowing(ask: Ask, at: Situation) -> Flowing:
    """The call with all that its flow is judged by; a tool that is not known acts."""
    call_type = at.workflow.call_types.get((ask.kind, ask.name))
    reads = call_type is not None and call_type.reads
    known = (ask.name, ask.arguments, reads, ask.provenance)
    return Flowing(*known, at.workflow.contract.flow, at.policy, at.state)


def sources_of(ask: Ask, at: Situation) -> dict[str, str]:
    """Where each argument of a tool comes from, in words, by JSON pointer."""
    if ask.kind != "tool":
        return {}
    return {place: str(origin) for place, origin in origins(flowing(ask, at)).items()}
