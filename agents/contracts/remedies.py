"""What must hold of what a contract has tried when verification fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from agents.contracts.findings import Fault, choice
from agents.contracts.walking import EACH, all_at, names_at
from streams.core.remedies import CHANGES, LEADS_TO

if TYPE_CHECKING:
    from agents.contracts.names import Surroundings
    from streams.core.remedies import RemedyName

VERIFY = "verify"
PLACE = ("states", EACH, "on_failure")


def remedies_of_verify(value: Any, _: Surroundings) -> Iterator[Fault]:
    """Only verification fails checks after which something else can be tried."""
    for place, remedies in all_at(value, PLACE):
        if remedies and place[1] != VERIFY:
            yield Fault(place, "only `verify` has remedies", f"move it to `states.{VERIFY}`")


def remedies_that_say_how(value: Any, _: Surroundings) -> Iterator[Fault]:
    """A remedy that changes something says into what."""
    for place, remedy in all_at(value, (*PLACE, EACH)):
        name = remedy.get("remedy") if isinstance(remedy, dict) else None
        field, _changed = CHANGES.get(cast("RemedyName", name), ("", ""))
        if field and remedy.get(field) is None:
            yield Fault(place, f"{name} does not say which {field}", f"add `{field}:`")


def other_sources(value: Any, _: Surroundings) -> Iterator[Fault]:
    """Another source is one that retrieval may ask."""
    allowed = [name for _, name in names_at(value, ("states", "retrieval", "retrievers", EACH))]
    for place, name in names_at(value, (*PLACE, EACH, "retriever")):
        if name not in allowed:
            reason = f"{name} is not among the retrievers of retrieval"
            yield Fault(place, reason, choice(name, allowed))


def room_to_go_back(value: Any, _: Surroundings) -> Iterator[Fault]:
    """A state that is used up cannot be gone back to."""
    for place, remedy in all_at(value, (*PLACE, EACH)):
        name = remedy.get("remedy") if isinstance(remedy, dict) else None
        _way, target = LEADS_TO.get(cast("RemedyName", name), ("", ""))
        for state in filter(None, (target, target and VERIFY)):
            visits = dict(all_at(value, ("states", state, "visits")))
            if all(seen == 1 for seen in visits.values()):
                reason = f"leads to {state}, which may be entered only once"
                yield Fault(place, reason, f"add `visits: 2` to `states.{state}`", "warning")


REMEDY_RULES = (remedies_of_verify, remedies_that_say_how, other_sources, room_to_go_back)
