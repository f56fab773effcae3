"""In which order to read topics so that what is read fits together while they grow.

A forwarded record exists only after its block, and a claim only after its call's block. So:
copies first, then the journals, then the ledger; whatever names a block then finds it.
"""

from __future__ import annotations

from schemas.topics import Topic, topics
from streams.core.audit.inputs import FROM_ELSEWHERE

LEDGER = "ledger"
CHAINED = "ledger_block"
"""Schema of the topics that are chains of blocks."""


def reading_order() -> tuple[tuple[str, ...], ...]:
    """All topics in groups; each group is to be read to its end before the next is begun."""
    every = topics().values()
    copies = tuple(topic.name for topic in every if topic.schema != CHAINED)
    return copies, journals(), (LEDGER,)


def journals() -> tuple[str, ...]:
    """The pools' journals."""
    return tuple(t.name for t in topics().values() if t.schema == CHAINED and t.name != LEDGER)


def forwarded(topic: Topic) -> bool:
    """Whether every record of this topic is the copy of one on a ledger or journal.

    What a clock says is none: it changes nothing unless a block decides on it.
    """
    ours = all(who == "worker" or who.startswith("pool-") for who in topic.producers)
    return ours and topic.schema != CHAINED and topic.name not in FROM_ELSEWHERE
