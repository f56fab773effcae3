"""Verify: code checks the run's work before an answer leaves; which checks, the contract says."""

from __future__ import annotations

from agents.runs import verdict
from agents.runs.changes import changed, with_error
from agents.runs.checking import checked
from agents.runs.evidence import kept
from agents.runs.remedies import remedied
from streams.core.states import Absorbed, Answer, Ask, Move, View

READ = "write"
"""Kind of the evidence that verification reads for itself."""


class Verify:
    """Reads what the run has written, where the contract names a retriever, and checks it."""

    name = "verify"

    def proceed(self, view: View) -> Ask | Move:
        """Read, check everything, ask the verifier model if there is one, and say what follows."""
        if _must_read(view):
            return self._ask(view)
        checks = [checked(view, name) for name in view.policy(self.name).checks]
        failed = next((check for check in checks if not check["passed"]), None)
        if failed is None and verdict.asks(view, view.run, self.name):
            return verdict.ask(view, view.run, self.name)
        said = verdict.as_check(view, view.run, self.name)
        if failed is None and said is not None:
            checks.append(said)
            failed = None if said["passed"] else said
        run = changed(view.run, checks=checks)
        return Move("verified", run) if failed is None else remedied(view, run, failed)

    def absorb(self, view: View, answer: Answer) -> Absorbed:
        """Keep what was read; when it cannot be read, the work cannot be verified."""
        if not _must_read(view):
            return verdict.with_verdict(view.run, answer, self.name)
        if answer.status != "done":
            unread = with_error(view.run, f"verification could not read: {answer.error}")
            return kept(unread, [("unread", READ, b'{"writes": [], "prices_cents": {}}')])
        documents = answer.result["documents"]
        pieces = ((d["id"], READ, d["content"].encode()) for d in documents)
        return kept(view.run, pieces, answer.payload_hash)

    def _ask(self, view: View) -> Ask:
        run, policy = view.run, view.policy(self.name)
        arguments = {"user_id": run["user_id"], "query": run["run_id"], "passages": 0}
        return Ask("retrieval", policy.retrievers[0], arguments, "verification of the run's writes")


def _must_read(view: View) -> bool:
    """Whether something was done that verification has not read."""
    if not view.policy(Verify.name).retrievers:
        return False
    kinds = [piece["kind"] for piece in view.run["evidence"] if piece["kind"] in {READ, "result"}]
    done = any(step["status"] == "done" for step in view.run["plan"])
    return done and (READ not in kinds or kinds[-1] != READ)
