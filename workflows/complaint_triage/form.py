"""Rules first: a complaint whose classes the weights tell clearly is its own plan.

One that they do not tell is left to the model, as any other request in plain words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agents.runs.forms import FormStep
from streams.core.hashing import content_hash
from workflows.complaint_triage.data import TEAMS, WEIGHTS, issue_of, product_of, teams


@dataclass(frozen=True, slots=True)
class Rules:
    """A request form without fields: the consumer's own words."""

    names: str = "the complaint in the consumer's own words"

    def steps(self, request: str) -> tuple[FormStep, ...] | None:
        """The one step that routes the complaint; None when its classes are not clear."""
        product = product_of(request)
        issue = issue_of(request)
        if min(product.margin, issue.margin) < teams().margin:
            return None
        team = teams().products[product.name]
        arguments = {
            "product": product.name,
            "issue": issue.name,
            "team": team.team,
            "response": team.response,
        }
        return (("route_complaint", arguments),)

    @property
    def described(self) -> str:
        """What stands for its version: its data."""
        return content_hash(TEAMS.read_bytes() + WEIGHTS.read_bytes())


FORM: Final = Rules()
