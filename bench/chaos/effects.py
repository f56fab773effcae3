"""What was intended against what was done, by idempotency key.

An intent is a call to a writing tool whose answer on the ledger says done, in whichever attempt,
or whose ending nobody knows and which the store shows as done. An effect is a row of the store's
own log of writes that holds a result; a row that holds a refusal changed nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import create_engine, select

from workflows.retail_support.store.tables import WRITES
from workflows.retail_support.tools import TOOLS

if TYPE_CHECKING:
    from bench.chaos.evidence import Evidence

WRITING = frozenset(spec.name for spec in TOOLS if spec.effect == "write")
KNOWN = frozenset({"done", "refused", "rejected", "expired"})
"""Endings after which everybody knows whether the tool acted."""


class Effect(NamedTuple):
    """A row of the store's log."""

    idempotency_key: str
    call_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class Effects:
    """The comparison. All but `done`, `in_doubt` and `effects` must be empty."""

    effects: Mapping[str, Effect]
    done: frozenset[str]
    in_doubt: frozenset[str]
    """Keys of which no attempt is known to be done and one at least is not known at all."""
    unaudited: frozenset[str]
    """Effects without a call on the ledger."""
    missing: frozenset[str]
    """Done as the ledger says, and the store knows nothing of it."""
    unintended: frozenset[str]
    """The store has done it, and the ledger says that it was not done."""

    @property
    def intents(self) -> frozenset[str]:
        """Keys that are to have an effect."""
        return self.done | (self.in_doubt & self.effects.keys())


def compare(evidence: Evidence, effects: Mapping[str, Effect]) -> Effects:
    """The ledger's calls against the store's log."""
    attempts = _endings_by_key(evidence)
    done = frozenset(key for key, endings in attempts.items() if "done" in endings)
    doubted = {key for key, endings in attempts.items() if not endings or set(endings) - KNOWN}
    in_doubt = frozenset(doubted) - done
    return Effects(
        effects=effects,
        done=done,
        in_doubt=in_doubt,
        unaudited=frozenset(key for key, e in effects.items() if e.call_id not in evidence.calls),
        missing=done - effects.keys(),
        unintended=frozenset(effects.keys() & attempts.keys()) - done - in_doubt,
    )


def logged_effects(store_url: str) -> dict[str, Effect]:
    """The store's log of writes that were done, by idempotency key."""
    engine = create_engine(store_url)
    columns = (WRITES.c.idempotency_key, WRITES.c.call_id, WRITES.c.run_id)
    with engine.connect() as connection:
        rows = connection.execute(select(*columns).where(WRITES.c.error.is_(None)))
        found = {row.idempotency_key: Effect(*row) for row in rows}
    engine.dispose()
    return found


def _endings_by_key(evidence: Evidence) -> Mapping[str, list[str]]:
    """How each attempt of a writing call ended; an attempt without an end is unknown."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for call_id, call in evidence.calls.items():
        if call["name"] in WRITING:
            found[call["idempotency_key"]] += evidence.endings.get(call_id, ["unheard"])
    return found
