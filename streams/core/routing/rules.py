"""The rules that come before any model: phrases that tell intent, risk, or that nobody may guess.

Phrases match whole words, whatever their case, and however they are spaced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated

from pydantic import Field

from schemas.strict import StrictModel
from streams.core.routing.path import RISKS, Risk

Label = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Phrase = Annotated[str, Field(min_length=2, max_length=200)]


class Rule(StrictModel):
    """A name, and the phrases of which any makes it hold."""

    name: Label
    any: Annotated[tuple[Phrase, ...], Field(min_length=1)]

    def holds(self, plain_text: str) -> bool:
        """Whether one of its phrases stands in a text that `plain` has made."""
        return self._pattern.search(plain_text) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(_whole, self.any)))


class IntentRule(Rule):
    """What tells that a request has this intent."""

    intent: Label


class RiskRule(Rule):
    """What tells that a request has at least this risk."""

    risk: Risk


class Rules(StrictModel):
    """The router's table. `intents` says what each means, to the model and to customers."""

    intents: Annotated[Mapping[Label, str], Field(min_length=1)]
    rules: tuple[IntentRule, ...] = ()
    risks: tuple[RiskRule, ...] = ()
    escalate: tuple[Rule, ...] = ()
    max_characters: Annotated[int, Field(ge=1, le=16_000)] = 4_000
    """A longer request is for a person: neither rules nor model classify it."""

    def intent_rules(self, plain_text: str) -> list[IntentRule]:
        """The rules on intents that hold."""
        return [rule for rule in self.rules if rule.holds(plain_text)]

    def risk(self, plain_text: str) -> Risk:
        """The highest risk that a rule tells; low without any."""
        return highest(rule.risk for rule in self.risks if rule.holds(plain_text))

    def for_a_person(self, plain_text: str) -> str | None:
        """The name of the first rule by which nobody but a person may classify the request."""
        return next((rule.name for rule in self.escalate if rule.holds(plain_text)), None)


def highest(risks: Iterable[Risk]) -> Risk:
    """The highest of some risks; low of none."""
    return max(risks, key=RISKS.index, default="low")


def plain(text: str) -> str:
    """Text as rules compare it: no case, no invisible characters, one space between words."""
    shown = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(c for c in shown if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(visible.split())


def _whole(phrase: str) -> str:
    words = re.escape(plain(phrase))
    before = r"(?<!\w)" if words[0].isalnum() else ""
    after = r"(?!\w)" if words[-1].isalnum() else ""
    return f"{before}{words}{after}"
