"""A tick: an entry's timer is due. It counts only once all that came before it was decided.

Rule 6 of the ledger: time waits for the stream. Who sends a tick has read where pools' answers
and people's decisions end after the timer was due, and all up to there must be applied here before
the tick counts; else it changes nothing and the timer, which still stands, is asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from streams.core import runs, tables
from streams.core.answers import RESULTS, Answers
from streams.core.approvals.decisions import DECIDED, Decisions
from streams.core.chain import NOWHERE
from streams.core.draft import Draft
from streams.core.slices import deciding
from streams.core.slices.caps import NO_SHARED_CAPS, SharedCaps
from streams.core.timers import DUE_AT_MS, due_of

if TYPE_CHECKING:
    from schemas.records import RunEntry, Tick

TICKS = "timer.ticks"
WAITED_FOR = {RESULTS: "results_through", DECIDED: "decisions_through"}
"""What goes before time, and the field of a tick that says how far."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Lets time pass for runs."""

    codec: Codec
    answers: Answers
    decisions: Decisions
    caps: SharedCaps = NO_SHARED_CAPS

    def fire(self, draft: Draft, now_ms: int) -> None:
        """The entry goes on as its timer was for, or nothing happens."""
        tick = cast("Tick", self.codec.decode("tick", draft.source.value))
        draft.run_id, draft.workspace = tick["run_id"], tick["workspace"]
        row_key = tables.key(tick["workspace"], tick["run_id"] or tick["row"])
        entry = draft.get(tick["table"], row_key) if tick["table"] in DUE_AT_MS else None
        due_at_ms = due_of(tick["table"], row_key, entry)
        if due_at_ms <= 0 or due_at_ms != tick["due_at_ms"]:
            draft.rule = "timer.over"
        elif now_ms < due_at_ms or not _all_applied(draft, tick):
            draft.rule = "timer.early"
        elif tick["table"] == tables.RUNS:
            self._pass(draft, cast("RunEntry", entry), now_ms)
        elif tick["table"] == tables.SLICES:
            came = deciding.look(draft, self.caps, tick["workspace"], tick["row"], now_ms)
            draft.rule = f"timer.slice_{came}"
        else:
            draft.rule = f"timer.{tick['table']}_dropped"
            draft.put(tick["table"], row_key, None)

    def _pass(self, draft: Draft, entry: RunEntry, now_ms: int) -> None:
        if entry["phase"] == "finished":
            draft.rule = "timer.forgotten"
            runs.forget(draft, draft.workspace, draft.run_id)
        elif entry["phase"] == "delayed":
            draft.rule = "timer.retry"
            self.answers.try_again(draft, entry, now_ms)
        elif entry["phase"] == "paused":
            draft.rule = "timer.resumed"
            self.answers.try_again(draft, entry, now_ms)
        elif entry["phase"] == "asking":
            self.decisions.pass_time(draft, entry, now_ms)
        else:
            draft.rule = "timer.unheard"
            self.answers.give_up(draft, entry, now_ms)


def _all_applied(draft: Draft, tick: Tick) -> bool:
    return all(
        draft.positions.get(topic, NOWHERE) + 1 >= tick[through]  # type: ignore[literal-required]
        for topic, through in WAITED_FOR.items()
    )
