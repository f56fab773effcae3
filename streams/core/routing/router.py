"""Which workflow serves a run that named none: rules first, then a model's word, else a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streams.core.routing.rules import Rules, highest, plain

if TYPE_CHECKING:
    from schemas.records import RunState
    from streams.core.routing.path import Risk
    from streams.core.workflow import Workflow

UNCLEAR = "unclear"
"""What a model answers instead of an intent when it cannot tell."""


@dataclass(frozen=True, slots=True)
class Routed:
    """The workflow that serves the run, under this intent; `why` goes on the ledger."""

    workflow: Workflow
    intent: str
    why: str


@dataclass(frozen=True, slots=True)
class Unrouted:
    """No workflow: a person takes it, and the customer is asked `question` if there is one."""

    reason: str
    question: str | None = None


@dataclass(frozen=True, slots=True)
class AskModel:
    """The rules leave it to the model to tell one of these intents."""

    intents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Router:
    """The router's rules, and the workflows that it may choose from, by name."""

    rules: Rules
    workflows: Mapping[str, Workflow] = field(default_factory=dict)

    @property
    def intents(self) -> Mapping[str, str]:
        """The intents that exactly one workflow serves, with what they mean."""
        known = self.rules.intents
        return {name: known[name] for name in known if len(self.serving(name)) == 1}

    def serving(self, intent: str) -> tuple[Workflow, ...]:
        """The workflows whose contracts name this intent."""
        return tuple(w for w in self.workflows.values() if intent in w.contract.intents)

    def risk(self, request: str) -> Risk:
        """The risk that the rules tell."""
        return self.rules.risk(plain(request))

    def decide(self, run: RunState) -> Routed | Unrouted | AskModel:
        """From the run alone: its intent, once it has one, else what the rules say."""
        if run["intent"]:
            return self._by_intent(run["intent"], "its intent")
        if len(run["request"]) > self.rules.max_characters:
            length, most = len(run["request"]), self.rules.max_characters
            return Unrouted(f"the request has {length} characters, and {most} are classified")
        text = plain(run["request"])
        barred = self.rules.for_a_person(text)
        if barred is not None:
            return Unrouted(f"rule {barred}: only a person may classify this request")
        held = self.rules.intent_rules(text)
        if len({rule.intent for rule in held}) == 1:
            return self._by_intent(held[0].intent, f"rule {held[0].name}")
        return AskModel(tuple(self.intents))

    def told(self, run: RunState, intent: str, risk: Risk) -> RunState | Unrouted:
        """The run with what a model told of it; the model can raise its risk, never lower it."""
        if intent == UNCLEAR:
            return Unrouted("the model cannot tell the intent", self.question)
        if intent not in self.intents:
            return Unrouted(f"the model told intent {intent!r}, which is none of those it may tell")
        known: Risk = run["risk"] or "low"  # type: ignore[assignment]  # a symbol of that type
        return {**run, "intent": intent, "risk": highest((known, risk))}

    @property
    def question(self) -> str:
        """What a customer is asked whose request is unclear."""
        listed = "; ".join(self.intents.values())
        return f"We want to be sure to help with the right thing. Which is it: {listed}?"

    def _by_intent(self, intent: str, by: str) -> Routed | Unrouted:
        found = self.serving(intent)
        if len(found) == 1:
            return Routed(found[0], intent, f"by {by}: intent {intent}, workflow {found[0].name}")
        named = " and ".join(sorted(workflow.name for workflow in found))
        many = f"{named} serve it" if found else "no workflow serves it"
        return Unrouted(f"intent {intent}: {many}")
