"""Names in a contract that must exist: a table of where they stand and of what kind they are.

The rules read the document as it is, so that they hold for a contract that is also misshapen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.checks.library import Maker
from agents.contracts.findings import Fault, Place, choice
from agents.contracts.walking import EACH, KEYS, Pattern, names_at
from streams.core.approvals.people import NOBODY, Approvers
from streams.core.prices import PriceBook

Kind = str
CALLED: Mapping[str, Kind] = {"model": "model", "retrievers": "retriever", "tools": "tool"}
"""The fields of a state that name what it may call."""
FLAT: Mapping[str, Kind] = {"retrievers": "retriever", "tools": "tool"}
"""Those of them whose calls cost what the contract says."""
CALL = tuple(CALLED.values())

REFERENCES: tuple[tuple[Pattern, tuple[Kind, ...]], ...] = (
    (("forbidden", EACH), CALL),
    (("success", EACH), ("check",)),
    (("checks", EACH, "check"), ("check maker",)),
    (("caps", EACH, "name"), CALL),
    (("tiers", EACH), ("model",)),
    (("ladder", EACH, "model"), ("model",)),
    (("ladder", EACH, "states", EACH), ("state",)),
    (("paths", EACH, "models", KEYS), ("state",)),
    (("paths", EACH, "models", EACH), ("model",)),
    (("paths", EACH, "tools", EACH), ("tool",)),
    (("prices_usd_micros", KEYS), tuple(FLAT.values())),
    (("prices_usd_micros", EACH, "function"), ("price function",)),
    (("approvals", EACH, "tools", EACH), ("tool",)),
    (("approvals", EACH, "role"), ("role",)),
    (("approvals", EACH, "escalate_to"), ("role",)),
    (("restores", EACH, "tool"), ("tool",)),
    (("doubts", "role"), ("role",)),
    (("flow", "tools", KEYS), ("tool",)),
    (("flow", "ask", "role"), ("role",)),
    (("flow", "ask", "escalate_to"), ("role",)),
    (("doubts", "escalate_to"), ("role",)),
    (("states", KEYS), ("state",)),
    (("states", EACH, "model"), ("model",)),
    (("states", EACH, "prompt"), ("prompt",)),
    (("states", EACH, "on_failure", EACH, "model"), ("model",)),
    (("states", EACH, "on_failure", EACH, "retriever"), ("retriever",)),
    (("states", EACH, "retrievers", EACH), ("retriever",)),
    (("states", EACH, "tools", EACH), ("tool",)),
    (("states", EACH, "optional", EACH), ("tool",)),
    (("states", EACH, "checks", EACH), ("check",)),
    (("states", EACH, "checks_before", EACH), ("check before",)),
)
"""Where a contract names something, and which kinds of things it may name there."""

WHERE: Mapping[Kind, str] = {
    "tool": "tools are declared in TOOLS of the folder's `tools`",
    "retriever": "retrievers are declared in RETRIEVERS of the folder's `retrievers`",
    "model": "models are those with a price in the price book, and the contract's `tiers`",
    "prompt": "prompts are the files of the folder's `prompts`, without `.md`",
    "check": "they are Tollway's own, CHECKS of the folder's `checks`, the contract's `checks`",
    "check before": "they are Tollway's own, CHECKS of the folder's `checks_before` and the "
    "contract's `checks`",
    "check maker": "they are the library's and MAKERS of the folder's `checks_before`",
    "price function": "price functions are PRICES of the folder's `prices`",
    "state": "states are those of the graph",
    "role": "roles are those of people in the folder's `approvers.yaml`",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What exists around a contract: names by kind, the prompts' texts, and the price book.

    `counts` are the whole-number arguments of each tool and retriever, by which it may be priced.
    """

    folder: str
    names: Mapping[Kind, frozenset[str]]
    prompts: Mapping[str, str]
    prices: PriceBook
    counts: Mapping[str, frozenset[str]]
    approvers: Approvers = NOBODY
    arguments: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Fields of the arguments of each tool."""
    makers: Mapping[Kind, Mapping[str, Maker]] = field(default_factory=dict)
    """Checks with parameters, by the kind of check that they make."""

    def of(self, kinds: tuple[Kind, ...]) -> set[str]:
        """All names of these kinds."""
        return {name for kind in kinds for name in self.names.get(kind, ())}


def unknown_names(value: Any, around: Surroundings) -> Iterator[Fault]:
    """Every name that does not exist."""
    for pattern, kinds in REFERENCES:
        known = around.of(kinds) | own_checks(value, around, kinds)
        for place, name in names_at(value, pattern):
            if name not in known:
                yield _unknown(place, name, kinds, known)


def own_checks(value: Any, around: Surroundings, kinds: tuple[Kind, ...]) -> set[str]:
    """The names that the contract itself gives to checks of these kinds."""
    makers = {name for kind in kinds for name in around.makers.get(kind, ())}
    named = names_at(value, ("checks", EACH, "check"))
    return {str(place[1]) for place, maker in named if maker in makers}


def _unknown(place: Place, name: str, kinds: tuple[Kind, ...], known: set[str]) -> Fault:
    where = "; ".join(WHERE[kind] for kind in kinds) if len(kinds) == 1 else ""
    advice = choice(name, known)
    instead = f"{advice} ({where})" if where else advice
    return Fault(place, f"no {' or '.join(kinds)} is called {name}", instead)
