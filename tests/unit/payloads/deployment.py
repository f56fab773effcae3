"""A deployment in memory whose every result goes through a payload store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from simulation.payloads import MemoryPayloads
from streams.core import tables
from streams.core.audit.redecide import Production
from streams.core.hashing import content_hash
from streams.core.payloads import PayloadWanted, Reference, referring
from tests.builders import CODEC, event, result, workflow
from tests.unit.sinks.world import World

if TYPE_CHECKING:
    from schemas.records import Call, CallResult
    from streams.core.draft import Draft
    from streams.core.fold import Fold
    from streams.core.inputs import Input


@dataclass
class Fetches:
    """An engine with what it wants at hand; `away` are payloads that cannot be had."""

    engine: Any
    kept: Mapping[str, bytes]
    away: set[str] = field(default_factory=set)

    @property
    def topics(self) -> tuple[str, ...]:
        topics: tuple[str, ...] = self.engine.topics
        return topics

    def decide(self, fold: Fold, source: Input, now_ms: int) -> Draft:
        try:
            draft: Draft = self.engine.decide(fold, source, now_ms)
        except PayloadWanted as wanted:
            completed = self._completed(source, wanted.reference)
        else:
            return draft
        return self.decide(fold, completed, now_ms)

    def _completed(self, source: Input, reference: Reference) -> Input:
        name = reference.content_hash
        if name in self.away:
            return replace(source, no_payload=f"payload {name} is not in the payload store")
        return replace(source, payload=self.kept[name])


class StoringWorld(World):
    """Give it events, and look at `kept`."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        super().__init__(workflow(remember_hours=1), self._stored)
        self.fetches = Fetches(self.worker.decider, self.kept)
        self.worker.decider = self.fetches

    def run_until_answered(self, changes: dict[str, Any]) -> None:
        """Publish an event and carry it until a pool has answered, which nobody decides on."""
        self.publish("state.intake", CODEC.encode("intake_event", event(**changes)))
        answers = len(self.topics["call.results"])
        while len(self.topics["call.results"]) == answers:
            self.step()

    def forget(self) -> None:
        """Let the time pass for which ended runs are remembered."""
        for key, entry in self.worker.writer.fold.tables.items(tables.RUNS):
            self.now_ms = max(self.now_ms, entry["due_at_ms"])
            workspace, run_id = key.split(tables.SEPARATOR)
            tick = {
                "workspace": workspace,
                "run_id": run_id,
                "due_at_ms": entry["due_at_ms"],
                "results_through": len(self.topics["call.results"]),
                "decisions_through": 0,
                "sent_by": "clock",
                "table": tables.RUNS,
                "row": "",
            }
            self.publish("timer.ticks", CODEC.encode("tick", tick))
        self.run()

    def production(self) -> Production:
        return replace(super().production(), payloads=MemoryPayloads(self.kept))

    def _stored(self, call: Call) -> CallResult:
        whole = result(call)
        reference = Reference(content_hash(whole["result"]), len(whole["result"]))
        self.kept[reference.content_hash] = whole["result"]
        return referring(whole, reference)
