"""Who spends, on what, and how much of each account: gathered while the ledger is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from schemas.codec import Codec
from streams.core import budget
from streams.core.audit.account_book import AccountBook, Balance
from tollway.budget.calls import emitted_calls
from tollway.budget.reading import Decided

if TYPE_CHECKING:
    from schemas.records import Spend

OUTCOMES = "outcomes"


class Asker(NamedTuple):
    """Somebody in whose name something was called under a workflow's contract."""

    workflow: str
    workspace: str
    user_id: str
    name: str


@dataclass(slots=True)
class Spenders:
    """Everybody who has called anything, and what each run moved on live accounts by `at_ms`.

    An account is live while its own window or the next one has not passed.
    """

    codec: Codec
    at_ms: int
    askers: dict[Asker, None] = field(default_factory=dict)
    open_runs: dict[str, Asker] = field(default_factory=dict)
    books: defaultdict[str, AccountBook] = field(default_factory=lambda: defaultdict(AccountBook))
    _live: Callable[[str], bool] = field(init=False)

    def __post_init__(self) -> None:
        self._live = cache(lambda key: budget.counts(key, self.at_ms))

    def take(self, decided: Decided) -> None:
        """Take in one decision."""
        for call in emitted_calls(self.codec, decided):
            who = Asker(call["workflow"], call["workspace"], call["user_id"], call["name"])
            self.askers[who] = None
            self.open_runs[call["run_id"]] = who
        if any(emit["topic"] == OUTCOMES for emit in decided.decision["emits"]):
            self.open_runs.pop(decided.decision["run_id"], None)
        for spend in decided.decision["spend"]:
            accounts = [key for key in spend["accounts"] if self._live(key)]
            if accounts:
                self._post(decided.decision["run_id"], {**spend, "accounts": accounts})

    def behind(self, account: str) -> dict[str, Balance]:
        """What each run has spent and holds on an account, the largest first."""
        shares = {run_id: book.balance(account) for run_id, book in self.books.items()}
        moved = [(run_id, share) for run_id, share in shares.items() if sum(share)]
        return dict(sorted(moved, key=lambda found: (-sum(found[1]), found[0])))

    def _post(self, run_id: str, spend: Spend) -> None:
        self.books[run_id].take(spend)
