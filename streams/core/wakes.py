"""A paused run is woken before its time: there may be money now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from streams.core import runs
from streams.core.answers import Answers
from streams.core.draft import Draft

if TYPE_CHECKING:
    from schemas.records import Wake


@dataclass(frozen=True, slots=True)
class Wakes:
    """Lets paused runs try again."""

    codec: Codec
    answers: Answers

    def wake(self, draft: Draft, now_ms: int) -> None:
        """The run goes on where it paused; one that no longer waits is left alone."""
        wake = cast("Wake", self.codec.decode("wake", draft.source.value))
        draft.run_id, draft.workspace = wake["run_id"], wake["workspace"]
        entry = runs.read_entry(draft, wake["workspace"], wake["run_id"])
        if entry is None or entry["phase"] != "paused":
            draft.rule = "wake.not_paused"
            return
        draft.rule = "wake.tried"
        self.answers.try_again(draft, entry, now_ms)
