"""Live table entries as the demonstration leaves them: their mix and their sizes.

A unit is what ten ended runs and one that waits for a call leave behind. Sizes are those of the
recorded history in `tests/histories`; texts are slices of the demonstration's orders, so that they
compress as real ones do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.workloads import governed
from streams.core import budget, runs, tables
from streams.core.draft import Draft
from streams.core.hashing import content_hash, run_id

if TYPE_CHECKING:
    from schemas.records import PendingCall, RunState

FINISHED, EVIDENCE, USERS = 10, 6, 2
"""In one unit, beside one waiting run and its account."""
UNIT = FINISHED + 1 + EVIDENCE + 1 + USERS
EVIDENCE_BYTES = 1_373
REQUEST_BYTES = 400
"""Makes a waiting run's entry one of about 1.5 kB."""
HOUR_MS = 3_600_000
WEEK_MS = 168 * HOUR_MS
MIX = (
    f"of {UNIT} entries {FINISHED} ended runs, 1 waiting run of about 1.5 kB with its account and "
    f"{EVIDENCE} pieces of evidence of {EVIDENCE_BYTES:,} B, {USERS} accounts of users"
)


@dataclass(slots=True)
class Texts:
    """Slices of real text, a different one each time."""

    _text: bytes = field(default_factory=(governed.DATA / "orders.json").read_bytes)
    _at: int = 0

    def take(self, size: int) -> bytes:
        """The next slice of `size` bytes."""
        self._at = (self._at + 7919) % (len(self._text) - size)
        return self._text[self._at : self._at + size]


@dataclass(slots=True)
class Entries:
    """The entries of one workspace; `now_ms` is the time that they are made at."""

    workspace: str
    now_ms: int
    texts: Texts
    units: int = 0

    def put_unit(self, drafts: Iterator[Draft]) -> list[Draft]:
        """Decisions that add one unit: one for each run."""
        self.units += 1
        waiting = next(drafts)
        self._wait(waiting, self._run(self.units))
        for number in range(USERS):
            key = self._key("user", f"customer_{self.units}_{number}", "day", "2026-11-24")
            waiting.put(tables.BUDGET, key, budget.settled(None, 0, 1_712))
        return [waiting, *(self._finished(next(drafts), number) for number in range(FINISHED))]

    def renew(self, draft: Draft, unit: int) -> Draft:
        """A decision on the waiting run of a unit: it waits again, and its state goes out once."""
        run = self._run(unit)
        runs.travel(draft, run, "execute")
        self._wait(draft, run, with_evidence=False)
        return draft

    def _wait(self, draft: Draft, run: RunState, *, with_evidence: bool = True) -> None:
        runs.describe(draft, run, "execute")
        runs.wait(draft, run, "execute", self._pending(run), self.now_ms + 24 * HOUR_MS)
        account = self._key("run", run["run_id"], "run", "")
        draft.put(tables.BUDGET, account, budget.reserved(None, 1_000))
        if with_evidence:
            for piece in run["evidence"]:
                content = self.texts.take(EVIDENCE_BYTES)
                draft.put(tables.EVIDENCE, runs.evidence_key(run, piece["content_hash"]), content)

    def _finished(self, draft: Draft, number: int) -> Draft:
        entry = {**runs.NOT_HERE, **_NEVER_ASKED, "phase": "finished", "state": ""}
        key = self._key(run_id(self.workspace, f"ended-{self.units}-{number}"))
        draft.put(tables.RUNS, key, {**entry, "due_at_ms": self.now_ms + WEEK_MS})
        return draft

    def _run(self, unit: int) -> RunState:
        event: Any = {**governed.Governed().event(unit), "workspace": self.workspace}
        event["request"] = self.texts.take(REQUEST_BYTES).decode(errors="replace")
        run = runs.begin(event, run_id(self.workspace, f"open-{unit}"), _VERSIONS, self.now_ms)
        evidence = [_piece(unit, number) for number in range(EVIDENCE)]
        return {**run, "evidence": evidence, "plan": _PLAN, "visits": {"retrieval": 1, "plan": 1}}  # type: ignore[typeddict-item]

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
_NEVER_ASKED: Any = {"question": None, "answered": []}
_NOT_YET = {"status": "planned", "call_id": None, "result_hash": None, "error": None}
_PLAN = [
    {"tool": step["tool"], "arguments_json": str(step["arguments"]), **_NOT_YET}
    for step in governed.recording(1)["steps"]
]


def _piece(unit: int, number: int) -> dict[str, str]:
    name = f"order:#W{unit:07d}-{number}"
    return {"id": name, "kind": "order", "content_hash": content_hash(name.encode())}
