"""One run at one state in one decision: where changes go, under which contract, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streams.core import disabled, pausing, runs, tables
from streams.core.approvals.standing import standing_of
from streams.core.disabled import Place
from streams.core.draft import Draft
from streams.core.excerpts import excerpts
from streams.core.slices.deciding import ReadShared, shared_by
from streams.core.states import Absorbed, View
from streams.core.verdicts import Situation
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import CapEntry, RunState


@dataclass(frozen=True, slots=True)
class Visit:
    """What stays the same while a decision carries its run on.

    `refused` names the shared caps whose givers have said no to the run.
    """

    draft: Draft
    workflow: Workflow
    state: str
    now_ms: int
    refused: frozenset[str] = frozenset()

    def view(self, run: RunState) -> View:
        """The run as a state sees it in this draft."""

        def kept(hash_hex: str) -> bytes:
            content: bytes = self.draft.get(tables.EVIDENCE, runs.evidence_key(run, hash_hex))
            return content

        return View(run, self.workflow, kept)

    def situation(self, run: RunState, attempt: int) -> Situation:
        """What the gate needs to decide a call of this run."""
        entry = runs.read_entry(self.draft, run["workspace"], run["run_id"])
        place = Place(run["workspace"], run["workflow"], self.state)
        return Situation(
            self.workflow,
            self.state,
            runs.owner(run),
            self.now_ms,
            lambda key: self.draft.get(tables.BUDGET, key),
            lambda name: disabled.read(self.draft, place, name),
            self._set_cap,
            standing_of(run, entry, attempt),
            run["rungs"],
            self._may_pause(run),
            self._shared(run),
            run["path"],
        )

    def _may_pause(self, run: RunState) -> bool:
        """Looked up only where a contract has a ladder."""
        ladder = self.workflow.contract.ladder_of(self.state)
        return bool(ladder) and pausing.may_pause(self.draft, run, self.now_ms)

    def _shared(self, run: RunState) -> ReadShared:
        caps = self.workflow.shared_caps
        return shared_by(self.draft, caps, run["workspace"], self.refused, self.now_ms)

    def _set_cap(self, key: str) -> int | None:
        entry: CapEntry | None = self.draft.get(tables.CAPS, key)
        return None if entry is None else entry["usd_micros"]

    def keep(self, absorbed: Absorbed, before: RunState) -> RunState:
        """Put what a state has absorbed into the evidence table, shortened; returns the run.

        What the run held before and holds no more is deleted.
        """
        left = _hashes(absorbed.run)
        for hash_hex in (known for known in _hashes(before) if known not in left):
            self.draft.put(tables.EVIDENCE, runs.evidence_key(before, hash_hex), None)
        prompt_bytes = self.workflow.contract.longest_prompt_bytes
        for hash_hex, content in excerpts(absorbed.evidence, prompt_bytes).items():
            self.draft.put(tables.EVIDENCE, runs.evidence_key(absorbed.run, hash_hex), content)
        return absorbed.run


def _hashes(run: RunState) -> dict[str, None]:
    """In their order, which every process must agree on."""
    return {piece["content_hash"]: None for piece in run["evidence"]}
