"""Live table entries as the demonstration leaves them: their mix and their sizes.

A unit is what ten ended runs and one that waits for a call leave behind. Sizes are those of the
recorded history in `tests/histories`; texts are slices of the demonstration's orders, so that they
compress as real ones do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from agents.runs.evidence import kept
from bench.workloads import governed
from streams.core import budget, runs, tables
from streams.core.draft import Draft
from streams.core.hashing import content_hash, run_id

if TYPE_CHECKING:
    from schemas.records import PendingCall, RunState
    from streams.core.states import Absorbed

FINISHED, EVIDENCE, USERS = 10, 6, 2
"""In one unit, beside one waiting run and its account."""
UNIT = FINISHED + 1 + EVIDENCE + 1 + USERS
EVIDENCE_BYTES = 1_373
REQUEST_BYTES = 400
"""Makes a waiting run's entry one of about 1.5 kB."""
HOUR_MS = 3_600_000
MIX = (
    f"of {UNIT} entries {FINISHED} ended runs, 1 waiting run of about 1.5 kB with its account and "
    f"{EVIDENCE} pieces of evidence of {EVIDENCE_BYTES:,} B, {USERS} accounts of users"
)


def text(number: int, size_bytes: int) -> bytes:
    """A slice of real text, a different one for each number."""
    whole = _orders()
    at = number * 7919 % (len(whole) - size_bytes)
    return whole[at : at + size_bytes]


@dataclass(slots=True)
class Entries:
    """The entries of one workspace; `now_ms` is the time that they are made at."""

    workspace: str
    now_ms: int
    units: int = 0

    def put_unit(self, drafts: Iterator[Draft]) -> list[Draft]:
        """Decisions that add one unit: one for each run."""
        self.units += 1
        waiting = next(drafts)
        absorbed = self._absorbed(self.units)
        self._wait(waiting, absorbed.run)
        for piece_hash, content in absorbed.evidence.items():
            waiting.put(tables.EVIDENCE, runs.evidence_key(absorbed.run, piece_hash), content)
        for number in range(USERS):
            key = self._key("user", f"customer_{self.units}_{number}", "day", "2026-11-24")
            waiting.put(tables.BUDGET, key, budget.settled(None, 0, 1_712))
        return [waiting, *(self._finished(next(drafts), number) for number in range(FINISHED))]

    def renew(self, draft: Draft, unit: int) -> Draft:
        """A decision on the waiting run of a unit: it waits again, and its state goes out once."""
        run = self._absorbed(unit).run
        runs.travel(draft, run, "execute")
        self._wait(draft, run)
        return draft

    def _wait(self, draft: Draft, run: RunState) -> None:
        runs.describe(draft, run, "execute")
        runs.wait(draft, run, "execute", self._pending(run), self.now_ms + 24 * HOUR_MS)
        account = self._key("run", run["run_id"], "run", "")
        draft.put(tables.BUDGET, account, budget.reserved(None, 1_000))

    def _finished(self, draft: Draft, number: int) -> Draft:
        run = self._begun(f"ended-{self.units}-{number}", number)
        runs.finish(draft, run, "resolved", self.now_ms, None)
        return draft

    def _absorbed(self, unit: int) -> Absorbed:
        """A run that has read its evidence and made its plan."""
        numbers = range(unit * EVIDENCE, (unit + 1) * EVIDENCE)
        pieces = [(f"order:#W{n:07d}", "order", text(n, EVIDENCE_BYTES)) for n in numbers]
        run: Any = {**self._begun(f"open-{unit}", unit), "plan": _PLAN, "visits": {"plan": 1}}
        return kept(run, pieces)

    def _begun(self, event_id: str, number: int) -> RunState:
        event: Any = {**governed.Governed().event(number), "workspace": self.workspace}
        event["request"] = text(number, REQUEST_BYTES).decode(errors="replace")
        return runs.begin(event, run_id(self.workspace, event_id), _VERSIONS, self.now_ms)

    def _pending(self, run: RunState) -> PendingCall:
        account = self._key("run", run["run_id"], "run", "")
        return {
            "call_id": f"{run['run_id']}.3",
            "kind": "tool",
            "name": "get_order_details",
            "attempt": 1,
            "idempotency_key": f"{run['run_id']}.3",
            "reserved_usd_micros": 1_000,
            "accounts": [account],
            "not_after_ms": self.now_ms + HOUR_MS,
            "parameters_hash": content_hash(run["run_id"].encode()),
        }

    def _key(self, *parts: str) -> str:
        return tables.key(self.workspace, *parts)


_VERSIONS: Any = {name: content_hash(name.encode()) for name in runs.NO_VERSIONS}
_NOT_YET = {"status": "planned", "call_id": None, "result_hash": None, "error": None}
_PLAN = [
    {"tool": step["tool"], "arguments_json": str(step["arguments"]), **_NOT_YET}
    for step in governed.recording(1)["steps"]
]


@cache
def _orders() -> bytes:
    return (governed.DATA / "orders.json").read_bytes()
