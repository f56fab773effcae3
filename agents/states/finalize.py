"""Finalize: decide the outcome, and write the answer with its citations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agents.models.answers import Reply, parse
from agents.runs.changes import changed, with_error
from agents.runs.checking import checked
from agents.runs.evidence import shown
from agents.runs.prompting import ask_model
from schemas.errors import RecordError
from streams.core.states import Absorbed, Answer, Ask, Move, View

if TYPE_CHECKING:
    from schemas.records import OutcomeKind, RunState

SHOWN = frozenset({"policy", "result"})


class Finalize:
    """Writes the answer, by a model where the contract names one."""

    name = "finalize"

    def proceed(self, view: View) -> Ask | Move:
        """Ask for the answer, then close the run."""
        run = view.run
        if run["answer"] is None and view.policy(self.name).model is not None:
            return ask_model(view, self.name, "answer", shown(view, SHOWN, self.name))
        run = _with_checks(view, changed(run, answer=run["answer"] or in_words(run)))
        return Move("finalized", changed(run, outcome=outcome_of(replace(view, run=run))))

    def absorb(self, view: View, answer: Answer) -> Absorbed:
        """Take the model's words; without them the run says in plain ones what was done."""
        run = view.run
        if answer.status != "done":
            return Absorbed(changed(run, answer=in_words(run)))
        try:
            reply = parse(Reply, answer.result["answer_json"])
        except RecordError:
            return Absorbed(changed(run, answer=in_words(run)))
        return Absorbed(_with_reply(run, reply))


def _with_checks(view: View, run: RunState) -> RunState:
    """The run with the answer checked; one that fails is replaced by plain words."""
    names = view.policy(Finalize.name).checks
    checks = [checked(replace(view, run=run), name) for name in names]
    run = changed(run, checks=[*run["checks"], *checks])
    failed = next((check for check in checks if not check["passed"]), None)
    if failed is None:
        return run
    run = with_error(run, f"{failed['name']}: {failed['detail']}")
    return changed(run, answer=in_words(run), citations=[])


def outcome_of(view: View) -> OutcomeKind:
    """Resolved when nothing went wrong and every success criterion was checked and held."""
    passed = {check["name"] for check in view.run["checks"] if check["passed"]}
    met = all(name in passed for name in view.workflow.contract.success)
    return "resolved" if met and view.run["error"] is None else "escalated"


def in_words(run: RunState) -> str:
    """The answer that needs no model."""
    done = [step["tool"].replace("_", " ") for step in run["plan"] if step["status"] == "done"]
    said = f"Done: {', '.join(done)}." if done else "Nothing was changed."
    return f"{said} A person will follow up: {run['error']}" if run["error"] else said


def _with_reply(run: RunState, reply: Reply) -> RunState:
    known = {piece["id"] for piece in run["evidence"]}
    unread = [cited for cited in reply.citations if cited not in known]
    run = changed(run, answer=reply.answer, citations=list(reply.citations))
    if unread:
        return with_error(run, f"the answer cites {unread[0]}, which this run has not read")
    return run
