"""What came of all requests: how they ended, why, and what they cost by three books."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bench.short_money.watching import Watching
from workflows.retail_support.store import open_store

NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Counts:
    """At one moment when every request has ended or waits for money.

    Three books of the money: the workspace's account on the ledger, what the runs say that they
    spent, and what pools answered that their calls cost. `orders_cancelled` is the store's word.
    """

    cap_usd_micros: int
    outcomes: dict[str, int]
    paused: int
    rungs: dict[str, int]
    refusals: dict[str, int]
    ladder_before_refusals: bool
    unexplained: int
    spent_by_account_usd_micros: int
    spent_by_runs_usd_micros: int
    settled_calls_usd_micros: int
    orders_cancelled: int

    @property
    def spent_over_cap(self) -> float:
        """The largest of the three books, divided by the cap."""
        books = (
            self.spent_by_account_usd_micros,
            self.spent_by_runs_usd_micros,
            self.settled_calls_usd_micros,
        )
        return max(books) / self.cap_usd_micros

    @property
    def books_agree(self) -> bool:
        """Whether all three say the same."""
        own = self.spent_by_account_usd_micros
        return own == self.spent_by_runs_usd_micros == self.settled_calls_usd_micros


def counts(watching: Watching, cap_usd_micros: int, store_url: str) -> Counts:
    """Count."""
    paused, outcomes = watching.paused(), watching.outcomes.values()
    runs = [*paused.values(), *outcomes]
    refused = [o["error"] or "" for o in outcomes if o["outcome"] != "resolved"]
    return Counts(
        cap_usd_micros=cap_usd_micros,
        outcomes=dict(Counter(outcome["outcome"] for outcome in outcomes)),
        paused=len(paused),
        rungs=dict(sorted(watching.rungs.items())),
        refusals=dict(Counter(map(plain, refused)).most_common()),
        ladder_before_refusals=_before(watching.first_rung, watching.first_refusal),
        unexplained=sum(not understandable(reason) for reason in refused),
        spent_by_account_usd_micros=watching.spent_usd_micros(),
        spent_by_runs_usd_micros=sum(run["spent_usd_micros"] for run in runs),
        settled_calls_usd_micros=sum(call.cost_usd_micros for call in watching.book.calls.values()),
        orders_cancelled=_cancelled(store_url),
    )


def plain(reason: str) -> str:
    """The reason without its figures, so that like ones are counted together."""
    return NUMBERS.sub("N", reason)


def understandable(reason: str) -> bool:
    """It says what was wanted, what is left of which cap, and what would help."""
    parts = ("may cost", "are left of the", "a higher cap would allow it")
    return all(part in reason for part in parts)


def _before(rung: int | None, refusal: int | None) -> bool:
    return rung is not None and (refusal is None or rung <= refusal)


def _cancelled(store_url: str) -> int:
    store = open_store(store_url)
    try:
        return _orders(store.changed_by_every_run().values())
    finally:
        store.close()


def _orders(changes: Iterable[object]) -> int:
    return sum(len(change.get("orders", ())) for change in changes if isinstance(change, dict))
