"""A call against shared caps: it fits the slices, its run waits for more, or it is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.core import runs, tables, windows
from streams.core.draft import Draft
from streams.core.slices import holder
from streams.core.slices.caps import SharedCaps
from streams.core.slices.holder import Slice

if TYPE_CHECKING:
    from schemas.records import RunState
    from streams.core.visit import Visit

RETRY_MS = 5_000
"""A run that waits tries again by itself after so long."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A shared cap of a call. With `refused`, the giver has said no to the run."""

    held: Slice
    refused: bool

    def lacks(self, usd_micros: int) -> bool:
        """Whether the slice cannot take the amount."""
        return self.held.headroom < usd_micros

    @property
    def cap_usd_micros(self) -> int:
        """The whole cap, as the giver last said."""
        entry = self.held.entry
        return self.held.cap.usd_micros if entry is None else entry["cap_usd_micros"]

    def again_at_ms(self, soon_ms: int) -> int:
        """When there may be room: at `soon_ms` if calls under way hold it, else when it is over."""
        entry = self.held.entry
        return soon_ms if entry is not None and entry["soon"] else self.held.ends_at_ms


ReadShared = Callable[[str], Sequence[Shared]]
"""The shared caps of a call, by its name."""


def nothing_shared(_: str) -> Sequence[Shared]:
    """No cap is shared."""
    return ()


@dataclass(frozen=True, slots=True)
class Wanting:
    """The run must wait: these slices lack room for the amount, and more was not refused."""

    slices: tuple[Slice, ...]
    usd_micros: int

    @property
    def reason(self) -> str:
        """In words."""
        labels = ", ".join(held.cap.label for held in self.slices)
        return f"waits for a larger slice of {labels}, for {self.usd_micros} micro-USD"


def shared_by(
    draft: Draft, caps: SharedCaps, workspace: str, refused: frozenset[str], now_ms: int
) -> ReadShared:
    """Finds the shared caps of a workspace's calls; `refused` names those with a no for the run."""

    def of(call: str) -> list[Shared]:
        return [
            Shared(holder.current(draft, cap, workspace, now_ms), cap.name in refused)
            for cap in caps.of(workspace, call)
        ]

    return of


def wait(visit: Visit, run: RunState, wanting: Wanting, attempt: int) -> None:
    """The run stays where it is, and the givers are asked; `attempt` is made when it goes on."""
    draft, now_ms = visit.draft, visit.now_ms
    draft.rule = draft.rule or f"{visit.state}.waits_for_slice"
    draft.reason = wanting.reason
    runs.pause(draft, run, visit.state, now_ms + RETRY_MS, attempt)
    for held in wanting.slices:
        holder.wait_for_more(held, run["run_id"], wanting.usd_micros, now_ms)


def take_up(draft: Draft, caps: SharedCaps, run: RunState, now_ms: int) -> frozenset[str]:
    """The run waits no more; returns the caps whose givers have said no to it."""
    refused = set()
    for cap in caps.caps:
        now, before = windows.names(cap.kind, now_ms)
        if holder.take_up(Slice(draft, cap, run["workspace"], now), run["run_id"]):
            refused.add(cap.name)
        if before is not None:
            holder.take_up(Slice(draft, cap, run["workspace"], before), run["run_id"])
    return frozenset(refused)


def look(draft: Draft, caps: SharedCaps, workspace: str, row: str, now_ms: int) -> str:
    """A slice's timer is due; returns what came of it. One of a cap that is no more is dropped."""
    name, kind, window = row.split(tables.SEPARATOR)
    cap = next((cap for cap in caps.caps if (cap.name, cap.kind) == (name, kind)), None)
    if cap is None:
        key = tables.key(workspace, row)
        draft.put(tables.SLICES, key, None)
        return "dropped"
    return holder.pass_time(Slice(draft, cap, workspace, window), now_ms)
