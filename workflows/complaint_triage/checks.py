"""Checks of where a complaint went. Pure: the weights are data, and the request is in the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import orjson

from agents.checks.library import as_check
from workflows.complaint_triage.data import teams, weights
from workflows.complaint_triage.form import FORM
from workflows.complaint_triage.tools import ROUTE_COMPLAINT

if TYPE_CHECKING:
    from schemas.records import Check
    from streams.core.states import View

NAME = "routed_as_classified"


def routed_as_classified(view: View) -> Iterator[str]:
    """It went to the team of a known product, under a known issue, as the rules say if they do."""
    by_rules = FORM.steps(view.run["request"])
    done = [step for step in view.run["plan"] if step["status"] == "done"]
    if len(done) > 1:
        yield f"the complaint was put on {len(done)} desks"
    for step in done:
        asked = orjson.loads(step["arguments_json"])
        team = teams().products.get(asked["product"])
        if team is None or team.team != asked["team"]:
            yield f"{asked['team']} is not the team of product {asked['product']}"
        elif asked["issue"] not in weights().issue:
            yield f"no issue is called {asked['issue']}"
        elif by_rules is not None and (ROUTE_COMPLAINT.name, asked) not in by_rules:
            yield "the rules say another product, issue or response"


CHECKS: Mapping[str, Callable[[View], Check]] = {NAME: as_check(NAME, routed_as_classified)}
"""The checks that this workflow adds to Tollway's own, by the names that its contract uses."""
