"""The holder's side of a shared cap: a slice is held, asked for, used, and given back.

A slice is the cap of an account in the holder's own ledger, so one step decides it with all other
caps of a call. Only the holder takes from it, and only the holder gives back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from streams.core import budget, runs, tables, windows
from streams.core.budget import Account
from streams.core.draft import Draft
from streams.core.slices import waiting
from streams.core.slices.caps import SharedCap
from streams.core.slices.messages import to_giver

if TYPE_CHECKING:
    from schemas.records import BudgetEntry, SliceEntry, SliceGrant, SliceMessage, WaitingRun

ASK_AGAIN_MS = 30_000
"""An asking that was not answered by then may be lost."""
IDLE_MS = 60_000
"""A slice that nobody has used for so long goes back."""
NEW: SliceEntry = {
    "granted_usd_micros": 0,
    "returned_usd_micros": 0,
    "sent": 0,
    "heard": 0,
    "asked": 0,
    "answered": 0,
    "asked_at_ms": 0,
    "asked_for_usd_micros": 0,
    "soon": False,
    "cap_usd_micros": 0,
    "recalled": 0,
    "waiting": [],
    "closed": False,
    "seen_usd_micros": 0,
    "due_at_ms": 0,
}


@dataclass(frozen=True, slots=True)
class Slice:
    """One workspace's slice of a cap in one window, in a draft."""

    draft: Draft
    cap: SharedCap
    workspace: str
    window: str

    @property
    def entry(self) -> SliceEntry | None:
        """As the draft would leave it; None before the first asking."""
        key = self.cap.slice_key(self.workspace, self.window)
        return cast("SliceEntry | None", self.draft.get(tables.SLICES, key))

    @property
    def account(self) -> Account:
        """The account that calls are held against, with the slice for its cap."""
        entry = self.entry or NEW
        before = windows.preceding(self.cap.kind, self.window)
        return Account(
            key=self.cap.account_key(self.workspace, self.window),
            previous=self.cap.account_key(self.workspace, before),
            cap_usd_micros=entry["granted_usd_micros"] - entry["returned_usd_micros"],
            label=self.cap.label,
            shared=True,
        )

    @property
    def headroom(self) -> int:
        """What lies unused, in micro-USD."""
        return budget.headroom(self.account, self.read)

    @property
    def used(self) -> int:
        """Spent and held, with what calls of the window before still hold, in micro-USD."""
        account = self.account
        own = self.read(account.key) or budget.EMPTY
        before = (self.read(account.previous) if account.previous else None) or budget.EMPTY
        held = own["reserved_usd_micros"] + before["reserved_usd_micros"]
        return own["spent_usd_micros"] + held

    @property
    def ends_at_ms(self) -> int:
        """When its window is over."""
        kind = self.cap.kind
        return windows.starts_at_ms(kind, windows.following(kind, self.window))

    def read(self, key: str) -> BudgetEntry | None:
        """An account of the draft."""
        return cast("BudgetEntry | None", self.draft.get(tables.BUDGET, key))

    def put(self, entry: SliceEntry | None) -> None:
        """Change the entry; None deletes it."""
        self.draft.put(tables.SLICES, self.cap.slice_key(self.workspace, self.window), entry)

    def beside(self, window: str) -> Slice:
        """The same workspace's slice in another window."""
        return Slice(self.draft, self.cap, self.workspace, window)


def current(draft: Draft, cap: SharedCap, workspace: str, now_ms: int) -> Slice:
    """The slice of the window that is now."""
    return Slice(draft, cap, workspace, windows.names(cap.kind, now_ms)[0])


def wait_for_more(held: Slice, run_id: str, usd_micros: int, now_ms: int) -> None:
    """The run waits for a larger slice, and the giver is asked unless it was already."""
    _close_the_last(held, now_ms)
    entry = held.entry or {**NEW, "due_at_ms": held.ends_at_ms}
    entry = {**entry, "waiting": waiting.with_run(entry["waiting"], run_id, usd_micros)}
    held.put(entry)
    if entry["asked"] == entry["answered"] or now_ms >= entry["asked_at_ms"] + ASK_AGAIN_MS:
        _ask(held, now_ms)


def take_up(held: Slice, run_id: str) -> bool:
    """The run waits no longer; returns whether the giver had said no to it."""
    entry = held.entry
    item = None if entry is None else waiting.find(entry["waiting"], run_id)
    if entry is None or item is None:
        return False
    held.put({**entry, "waiting": [other for other in entry["waiting"] if other is not item]})
    return item["refused"]


def hear(held: Slice, message: SliceMessage, grant: SliceGrant, now_ms: int) -> bool:
    """Take in what the giver says; False when it is known already, or its window is forgotten."""
    entry = held.entry or {**NEW, "due_at_ms": held.ends_at_ms}
    forgotten = now_ms >= windows.settled_at_ms(held.cap.kind, held.window)
    if forgotten or message["number"] <= entry["heard"]:
        return False
    recalled = grant["recalls"] > entry["recalled"]
    answered = grant["answered"] > entry["answered"]
    held.put(
        {
            **entry,
            "heard": message["number"],
            "granted_usd_micros": max(entry["granted_usd_micros"], grant["granted_usd_micros"]),
            "answered": max(entry["answered"], grant["answered"]),
            "soon": grant["soon"],
            "cap_usd_micros": grant["cap_usd_micros"],
            "recalled": max(entry["recalled"], grant["recalls"]),
            "due_at_ms": entry["due_at_ms"]
            if entry["closed"]
            else min(now_ms + IDLE_MS, held.ends_at_ms),
        }
    )
    if entry["closed"]:
        if held.headroom > 0:
            give_back(held)
        return True
    if answered:
        _answered(held, grant, now_ms)
    if recalled:
        give_back(held, keep=waiting.fitting_usd_micros(_living(held), held.headroom))
    return True


def give_back(held: Slice, keep: int = 0) -> None:
    """Give back what lies unused but for `keep`, in micro-USD, and report."""
    entry, unused = held.entry, max(0, held.headroom - keep)
    assert entry is not None  # noqa: S101  only what is held is given back
    held.put({**entry, "returned_usd_micros": entry["returned_usd_micros"] + unused})
    _report(held)


def pass_time(held: Slice, now_ms: int) -> str:
    """Look at the slice, since it is due; returns what came of it."""
    entry = held.entry
    assert entry is not None  # noqa: S101  its timer is due
    if entry["closed"]:
        held.put(None)
        return "dropped"
    if now_ms >= held.ends_at_ms:
        close(held)
        return "closed"
    used = held.used
    idle = used == entry["seen_usd_micros"] and held.headroom > 0 and not _living(held)
    due_at_ms = held.ends_at_ms if idle else min(now_ms + IDLE_MS, held.ends_at_ms)
    held.put({**entry, "seen_usd_micros": used, "due_at_ms": due_at_ms})
    if idle:
        give_back(held)
    return "idle" if idle else "looked"


def close(held: Slice) -> None:
    """The window is over: what is unused goes back, and what is still held is told.

    A decision knows only times after it, so nothing is held in the window any more.
    """
    entry = held.entry
    assert entry is not None  # noqa: S101  only what is held is closed
    waiting.wake(held.draft, held.workspace, _living(held), "the window is over")
    over_at_ms = windows.settled_at_ms(held.cap.kind, held.window)
    unused = held.headroom
    held.put(
        {
            **entry,
            "returned_usd_micros": entry["returned_usd_micros"] + unused,
            "waiting": [],
            "closed": True,
            "due_at_ms": over_at_ms,
        }
    )
    _report(held)


def _close_the_last(held: Slice, now_ms: int) -> None:
    last = held.beside(windows.preceding(held.cap.kind, held.window))
    entry = last.entry
    if entry is not None and not entry["closed"] and now_ms >= last.ends_at_ms:
        close(last)


def _answered(held: Slice, grant: SliceGrant, now_ms: int) -> None:
    """Let those go on that fit now, and those to whom the giver says no; ask for the others."""
    entry = held.entry
    assert entry is not None  # noqa: S101  it was just put
    living = _living(held)
    fitting = waiting.fitting(living, held.headroom)
    if grant["refused"]:
        living = waiting.refused(living, fitting, entry["asked_for_usd_micros"])
    going = [item for item in living if item["refused"] or item in fitting]
    held.put({**entry, "waiting": living})
    over = now_ms >= held.ends_at_ms or not going
    waiting.wake(held.draft, held.workspace, living if over else going, f"{held.cap.label}: asked")
    if not over and len(going) < len(living):
        _ask(held, now_ms)


def _ask(held: Slice, now_ms: int) -> None:
    entry = held.entry
    assert entry is not None  # noqa: S101  it was just put
    least = waiting.least_usd_micros(_wanting(held), held.headroom)
    asked = entry["asked"] + 1
    held.put({**entry, "asked": asked, "asked_at_ms": now_ms, "asked_for_usd_micros": least})
    _report(held)


def _report(held: Slice) -> None:
    """Tell the giver all there is to know."""
    entry = held.entry
    assert entry is not None  # noqa: S101  only what is held is reported
    own = held.read(held.account.key) or budget.EMPTY
    wanting, used, unused = _wanting(held), held.used, held.headroom
    fitting = waiting.fitting_usd_micros(wanting, unused)
    held.put({**entry, "sent": entry["sent"] + 1})
    to_giver(
        held.draft,
        held.cap,
        (held.workspace, held.window, entry["sent"] + 1),
        {
            "returned_usd_micros": entry["returned_usd_micros"],
            "spent_usd_micros": own["spent_usd_micros"],
            "wanted_usd_micros": used + sum(item["usd_micros"] for item in wanting),
            "least_usd_micros": used + fitting + waiting.least_usd_micros(wanting, unused),
            "asked": entry["asked"],
            "recalled": entry["recalled"],
            "closed": entry["closed"],
            "carried_usd_micros": _carried(held) if entry["closed"] else 0,
        },
    )


def _carried(held: Slice) -> int:
    """What calls of the window hold, or have cost since it was over: that counts in the next."""
    own = held.read(held.account.key) or budget.EMPTY
    following = windows.following(held.cap.kind, held.window)
    late = held.read(held.cap.account_key(held.workspace, following)) or budget.EMPTY
    return own["reserved_usd_micros"] + late["spent_usd_micros"]


def _living(held: Slice) -> list[WaitingRun]:
    """Those that still wait: a run may have ended meanwhile."""

    def waits(item: WaitingRun) -> bool:
        run = runs.read_entry(held.draft, held.workspace, item["run_id"])
        return run is not None and run["phase"] == "paused"

    entry = held.entry
    return [] if entry is None else [item for item in entry["waiting"] if waits(item)]


def _wanting(held: Slice) -> list[WaitingRun]:
    return [item for item in _living(held) if not item["refused"]]
