"""The verifier model: asked with a prompt and a model of its own, it can only make things stricter.

Its verdict is kept as evidence. No verdict, or one that does not conform, is a disagreement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from agents.models.answers import Verdict, parse
from agents.runs.evidence import kept, shown
from agents.runs.handles import arguments_of
from agents.runs.prompting import ask_model
from agents.runs.untrusted import plain
from schemas.errors import RecordError

if TYPE_CHECKING:
    from schemas.records import Check, PlanStep, RunState
    from streams.core.states import Absorbed, Answer, Ask, View

KIND = "verdict"
SHOWN = frozenset({"customer", "order", "product", "policy", "result"})
NAME = "verifier_model"
"""As its disagreement is named, beside checks by code."""


def asks(view: View, run: RunState, state: str) -> bool:
    """Whether the state has a verifier model and no verdict yet on the plan as it stands."""
    return view.policy(state).model is not None and disagreement(view, run, state) is None


def ask(view: View, run: RunState, state: str) -> Ask:
    """Ask about the steps, with their arguments, and all that was read."""
    steps = "\n".join(_planned(view, step) for step in run["plan"])
    return ask_model(view, state, "verdict", f"{steps}\n{shown(view, SHOWN, state)}")


def _planned(view: View, step: PlanStep) -> str:
    arguments = orjson.dumps(arguments_of(view, step)).decode()
    return f"<planned tool={plain(step['tool']).text!r}>{plain(arguments).text}</planned>"


def with_verdict(run: RunState, answer: Answer, state: str) -> Absorbed:
    """The run with what the model said."""
    piece = (_piece_id(run, state), KIND, orjson.dumps(_problems(answer)))
    return kept(run, [piece], answer.payload_hash)


def disagreement(view: View, run: RunState, state: str) -> str | None:
    """What the model found wrong; empty when it agreed, None when it was not asked."""
    for piece in run["evidence"]:
        if piece["id"] == _piece_id(run, state):
            problems = orjson.loads(view.evidence(piece["content_hash"]))
            return f"{NAME}: {problems[0]}" if problems else ""
    return None


def as_check(view: View, run: RunState, state: str) -> Check | None:
    """The verdict as one check among others; None when the model was not asked."""
    disagrees = disagreement(view, run, state)
    if disagrees is None:
        return None
    detail = disagrees.removeprefix(f"{NAME}: ") or "it agrees"
    return {"name": NAME, "passed": not disagrees, "detail": detail}


def _problems(answer: Answer) -> list[str]:
    if answer.status != "done":
        return [f"it gave no verdict: {answer.error}"]
    try:
        verdict = parse(Verdict, answer.result["answer_json"])
    except RecordError as error:
        return [f"its verdict does not conform: {error}"]
    return [] if verdict.agrees else [*(verdict.problems or ("it disagrees",))]


def _piece_id(run: RunState, state: str) -> str:
    return f"verdict:{state}:{len(run['remedies'])}:{len(run['plan'])}"
