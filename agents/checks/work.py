"""Checks of what a run did: its steps, and whose records they touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from schemas.records import Check
    from streams.core.states import View


def all_steps_done(view: View) -> Check:
    """Every planned step was performed, or was optional and skipped."""
    left = [step for step in view.run["plan"] if step["status"] not in {"done", "skipped"}]
    detail = f"{len(left)} of {len(view.run['plan'])} steps were not done"
    return {"name": "all_steps_done", "passed": not left, "detail": detail}


def something_was_done(view: View) -> Check:
    """The plan had at least one step: an empty plan resolves nothing."""
    count = len(view.run["plan"])
    return {"name": "something_was_done", "passed": count > 0, "detail": f"{count} steps"}


def right_account(view: View) -> Check:
    """Every result that names an owner names the run's own customer."""
    owners = set()
    for piece in view.run["evidence"]:
        if piece["kind"] == "result":
            result = orjson.loads(view.evidence(piece["content_hash"]))
            owners.add(result.get("user_id", view.run["user_id"]))
    others = owners - {view.run["user_id"]}
    return {
        "name": "right_account",
        "passed": not others,
        "detail": f"{len(others)} results belong to another customer",
    }
