"""The triage's data: teams and responses by product, and the fitted weights."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from schemas.strict import StrictModel
from streams.core.routing.rules import plain
from workflows.complaint_triage.classifying import Classified, Weights, classified

FOLDER: Final = Path(__file__).parent
TEAMS, WEIGHTS = FOLDER / "teams.yaml", FOLDER / "weights.yaml"


class Team(StrictModel):
    """Who takes a product's complaints, and the first response."""

    team: str
    response: str
    signs: tuple[str, ...] = ()
    """Words and phrases that speak for the product, whatever the weights say."""


class Teams(StrictModel):
    """All products."""

    products: Mapping[str, Team]
    same_product: Mapping[str, str]
    sign: int
    margin: int

    def product(self, given: str) -> str:
        """The product by its present name."""
        return self.same_product.get(given, given)

    def signs(self, text: str) -> dict[str, int]:
        """What the signs in a text add to each product."""
        found = plain(text)
        return {
            name: self.sign * sum(_stands(sign, found) for sign in team.signs)
            for name, team in self.products.items()
        }


class Fitted(StrictModel):
    """The weights of products and issues."""

    product: Mapping[str, Weights]
    issue: Mapping[str, Weights]


def _stands(sign: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(sign)}(?!\w)", text) is not None


@cache
def teams() -> Teams:
    """What `teams.yaml` says."""
    return Teams.model_validate_json(json.dumps(yaml.safe_load(TEAMS.read_text("utf-8"))))


@cache
def weights() -> Fitted:
    """What `weights.yaml` says."""
    return Fitted.model_validate_json(json.dumps(yaml.safe_load(WEIGHTS.read_text("utf-8"))))


def product_of(text: str) -> Classified:
    """The product that a complaint is about."""
    return classified(text, weights().product, teams().signs(text))


def issue_of(text: str) -> Classified:
    """What is wrong."""
    return classified(text, weights().issue)
