"""Retrieval: the customer's own records and the passages of policy that apply, with their ids."""

from __future__ import annotations

from agents.runs.changes import changed, with_error
from agents.runs.evidence import kept
from agents.runs.remedies import looks_again
from streams.core.states import Absorbed, Answer, Ask, Move, View

PASSAGE = "policy"
"""Kind of the evidence that is replaced as a whole when retrieval looks again."""


class Retrieval:
    """Asks the first retriever that the contract names, once; and again when a remedy says so."""

    name = "retrieval"

    def proceed(self, view: View) -> Ask | Move:
        """Read, unless it has been read or cannot be."""
        retrievers = view.policy(self.name).retrievers
        if view.run["error"] is not None:
            return Move("failed", view.run)
        if _has_read(view) or not retrievers:
            return Move("found", view.run)
        return self._ask(view, retrievers[0])

    def absorb(self, view: View, answer: Answer) -> Absorbed:
        """Keep the documents by content hash."""
        if answer.status != "done":
            return Absorbed(with_error(view.run, answer.error))
        documents = answer.result["documents"]
        if not documents:
            return Absorbed(with_error(view.run, "retrieval found nothing about this customer"))
        pieces = [(d["id"], d["kind"], d["content"].encode()) for d in documents]
        mark = looks_again(view.run)
        if not mark:
            return kept(view.run, pieces, answer.payload_hash)
        other = [piece for piece in view.run["evidence"] if piece["kind"] != PASSAGE]
        run = changed(view.run, evidence=other)
        return kept(run, [*pieces, (mark, "read", b"")], answer.payload_hash)

    def _ask(self, view: View, retriever: str) -> Ask:
        run, policy = view.run, view.policy(self.name)
        arguments = {
            "user_id": run["user_id"],
            "query": run["request"],
            "passages": policy.passages,
        }
        return Ask("retrieval", retriever, arguments, "the run's own customer and policy")


def _has_read(view: View) -> bool:
    mark = looks_again(view.run)
    if not mark:
        return bool(view.run["evidence"])
    return any(piece["id"] == mark for piece in view.run["evidence"])
