"""A paused run is woken before its time: there may be money, or an operator moved a lever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from streams.core import runs
from streams.core.answers import Answers
from streams.core.closing import close_where_it_waits
from streams.core.control import levers
from streams.core.draft import Draft

if TYPE_CHECKING:
    from schemas.records import Wake


@dataclass(frozen=True, slots=True)
class Wakes:
    """Lets paused runs try again."""

    codec: Codec
    answers: Answers

    def wake(self, draft: Draft, now_ms: int) -> None:
        """The run goes on where it paused, or ends where it waits; any other is left alone."""
        wake = cast("Wake", self.codec.decode("wake", draft.source.value))
        draft.run_id, draft.workspace = wake["run_id"], wake["workspace"]
        if not wake["run_id"]:
            draft.rule = "wake.others"
            levers.wake_concerned(draft, wake["lever"], wake["why"])
            return
        entry = runs.read_entry(draft, wake["workspace"], wake["run_id"])
        run = None if entry is None else entry["run"]
        ended = None if run is None else levers.ending(draft, run)
        if entry is not None and ended is not None:
            draft.rule, draft.reason = "wake.ended", ended.why
            workflows = self.answers.workflows
            close_where_it_waits(workflows, draft, entry, ended.ending, now_ms)
        elif entry is None or entry["phase"] != "paused":
            draft.rule = "wake.not_paused"
        else:
            draft.rule = "wake.tried"
            self.answers.try_again(draft, entry, now_ms)
