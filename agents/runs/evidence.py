"""Evidence in the hands of a state: kept by content hash, shown to a model fenced by its id."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, cast

from agents.runs.handles import tool_of
from agents.runs.untrusted import injected, plain
from streams.core.hashing import content_hash
from streams.core.routing.rules import highest
from streams.core.states import Absorbed

if TYPE_CHECKING:
    from schemas.records import Evidence, RunState
    from streams.core.routing.path import Risk
    from streams.core.states import View

APPROVED = "policy"
"""The kind of what the workflow's own folder says."""


def kept(
    run: RunState, pieces: Iterable[tuple[str, str, bytes]], payload_hash: str = ""
) -> Absorbed:
    """The run with pieces (id, kind, content) added; a piece read again replaces the older one.

    `payload_hash` names the result in the payload store that holds them, if it is there. Signs of
    an injected instruction raise the run's risk.
    """
    contents: dict[str, bytes] = {}
    fresh: list[Evidence] = []
    for piece_id, kind, content in pieces:
        piece = _piece(piece_id, kind, content, payload_hash)
        contents[piece["content_hash"]] = content
        fresh.append(piece)
    renewed = {piece["id"] for piece in fresh}
    older = [piece for piece in run["evidence"] if piece["id"] not in renewed]
    changes = {"evidence": older + fresh, "risk": _risk(run, fresh, contents)}
    return Absorbed(cast("RunState", {**run, **changes}), contents)


def signs_in(view: View) -> Iterator[str]:
    """Signs of injected instructions in what the run has read, each with where it was seen."""
    for piece in view.run["evidence"]:
        if piece["kind"] != APPROVED:
            found = injected(view.excerpt(piece["content_hash"]).decode(errors="ignore"))
            yield from (f"{sign} in {piece['id']}" for sign in found)


def shown(view: View, kinds: frozenset[str], state: str) -> str:
    """What the model of a state is shown: how the run's steps went, and evidence of these kinds.

    Steps come first, since a long context loses its end: one that is forgotten is planned again.
    """
    steps = "\n".join(
        f"<step tool={plain(step['tool']).text!r} status={step['status']!r}>"
        f"{plain(step['error'] or '').text}</step>"
        for step in view.run["plan"]
    )
    failed = "\n".join(
        f"<failed>{plain(taken['because']).text}</failed>" for taken in view.run["remedies"]
    )
    piece_bytes = view.piece_bytes(state, len(view.run["evidence"]))
    fences = fenced(view, kinds, piece_bytes, view.policy(state).data_classes)
    return "\n".join(part for part in (steps, failed, fences) if part)


def fenced(
    view: View,
    kinds: frozenset[str],
    piece_bytes: int | None,
    data_classes: Collection[str] | None = None,
) -> str:
    """What the run has read of these kinds, each piece between marks that carry its id.

    Of each piece no more than its beginning of `piece_bytes`; None for all of it. What holds
    data of other classes than `data_classes` is left out; None for any.
    """
    return "\n".join(
        _fenced(view, piece, piece_bytes)
        for piece in view.run["evidence"]
        if piece["kind"] in kinds and _may_enter(view, piece, data_classes)
    )


def _may_enter(view: View, piece: Evidence, data_classes: Collection[str] | None) -> bool:
    held = view.workflow.contract.flow.classes(piece["kind"], tool_of(view, piece))
    return data_classes is None or {*held} <= {*data_classes}


def _fenced(view: View, piece: Evidence, most_bytes: int | None) -> str:
    content = view.excerpt(piece["content_hash"])[:most_bytes]
    whole_bytes = piece["size_bytes"]
    cut = f" cut='the first {len(content)} of {whole_bytes} bytes'"
    mark = f"<evidence id={plain(piece['id']).text!r}{cut if len(content) < whole_bytes else ''}>"
    return f"{mark}\n{plain(content.decode(errors='ignore')).text}\n</evidence>"


def _risk(run: RunState, fresh: Iterable[Evidence], contents: Mapping[str, bytes]) -> str:
    texts = (contents[piece["content_hash"]] for piece in fresh if piece["kind"] != APPROVED)
    suspicious = any(injected(text.decode(errors="ignore")) for text in texts)
    known = cast("Risk", run["risk"])
    return highest((known, "medium")) if suspicious else known


def _piece(piece_id: str, kind: str, content: bytes, payload_hash: str) -> Evidence:
    return {
        "id": piece_id,
        "kind": kind,
        "content_hash": content_hash(content),
        "size_bytes": len(content),
        "payload_hash": payload_hash,
    }
