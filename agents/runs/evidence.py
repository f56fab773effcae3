"""Evidence in the hands of a state: kept by content hash, shown to a model fenced by its id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from streams.core.hashing import content_hash
from streams.core.states import Absorbed

if TYPE_CHECKING:
    from schemas.records import Evidence, RunState
    from streams.core.states import View


def kept(run: RunState, pieces: Iterable[tuple[str, str, bytes]]) -> Absorbed:
    """The run with pieces (id, kind, content) added; a piece read again replaces the older one."""
    contents: dict[str, bytes] = {}
    fresh: list[Evidence] = []
    for piece_id, kind, content in pieces:
        contents[content_hash(content)] = content
        fresh.append({"id": piece_id, "kind": kind, "content_hash": content_hash(content)})
    renewed = {piece["id"] for piece in fresh}
    older = [piece for piece in run["evidence"] if piece["id"] not in renewed]
    return Absorbed(cast("RunState", {**run, "evidence": older + fresh}), contents)


def shown(view: View, kinds: frozenset[str]) -> str:
    """What a model is shown: how the run's steps went, and evidence of these kinds.

    Steps come first, since a long context loses its end: one that is forgotten is planned again.
    """
    steps = "\n".join(
        f"<step tool={step['tool']!r} status={step['status']!r}>{step['error'] or ''}</step>"
        for step in view.run["plan"]
    )
    return "\n".join(part for part in (steps, fenced(view, kinds)) if part)


def fenced(view: View, kinds: frozenset[str]) -> str:
    """What the run has read of these kinds, each piece between marks that carry its id."""
    return "\n".join(
        f"<evidence id={piece['id']!r}>\n"
        f"{view.evidence(piece['content_hash']).decode()}\n</evidence>"
        for piece in view.run["evidence"]
        if piece["kind"] in kinds
    )
