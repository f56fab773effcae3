"""Every decision made again from its input, by the engine that runs in production.

The decision on the ledger and the decision made now must be equal: same input, same tables,
same time. Under other versions of a workflow they need not be, and that is said, not counted
as a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from schemas.codec import Codec
from streams.core import tables
from streams.core.audit.checks import Seen
from streams.core.audit.findings import Notes
from streams.core.inputs import LOCAL, Input
from streams.core.payloads import NoPayloads, Payloads, PayloadWanted

if TYPE_CHECKING:
    from schemas.records import Change, Decision, Versions
    from streams.core.draft import Draft
    from streams.core.fold import Fold

Verdict = Literal["same", "differs", "other versions", "input not held", "no input"]


class Decides(Protocol):
    """The part of the engine that is needed here."""

    def decide(self, fold: Fold, source: Input, now_ms: int) -> Draft:
        """A sealed decision."""


@dataclass(frozen=True, slots=True)
class Redecided:
    """How a decision compares with the one made now; `fields` differ, `now` is the new one."""

    verdict: Verdict
    fields: tuple[str, ...] = ()
    now: Decision | None = None


@dataclass(frozen=True, slots=True)
class Production:
    """What decides here: the engine that a writer has on a partition, and the versions deployed.

    `payloads` keeps the results that were too large for a record.
    """

    engine_of: Callable[[str, int], Decides]
    versions: Mapping[str, Versions]
    payloads: Payloads = field(default_factory=NoPayloads)


@dataclass(slots=True)
class Redecision:
    """Decides again. `inputs` holds the records that decisions were made on, as they are read."""

    production: Production
    partition: int
    inputs: dict[tuple[str, int], Input] = field(default_factory=dict)
    _engines: dict[str, Decides] = field(default_factory=dict)

    def compare(self, seen: Seen) -> Redecided:
        """Decide what was decided, on the tables as they were."""
        decision = seen.decision
        if decision["input_topic"] == LOCAL:
            return Redecided("no input")
        source = self.inputs.pop((decision["input_topic"], decision["input_offset"]), None)
        if source is None:
            return Redecided("input not held")
        engine, now_ms = self._engine(seen.block["writer"]), seen.block["decided_at_ms"]
        try:
            now = engine.decide(seen.fold, source, now_ms).decision
        except PayloadWanted:
            return Redecided("input not held")
        fields = differing(seen.codec, decision, now)
        if not fields:
            return Redecided("same", now=now)
        return Redecided(
            "differs" if self._is_deployed(decision) else "other versions", fields, now
        )

    def _engine(self, writer: str) -> Decides:
        if writer not in self._engines:
            self._engines[writer] = self.production.engine_of(writer, self.partition)
        return self._engines[writer]

    def _is_deployed(self, decision: Decision) -> bool:
        """What concerns no run was decided under no version, so it must come out the same."""
        versions = decision["versions"]
        return versions is None or self.production.versions.get(decision["workflow"]) == versions


@dataclass(slots=True)
class RedecisionAudit:
    """The check: every decision of a partition comes out the same."""

    redecision: Redecision
    notes: Notes

    def look(self, seen: Seen) -> None:
        """Decide again and compare."""
        again = self.redecision.compare(seen)
        self.notes.count(f"decided again: {again.verdict}")
        if again.verdict == "differs":
            what = f"{seen.decision['input_topic']} offset {seen.decision['input_offset']}"
            message = (
                f"the decision on {what} comes out differently now, in {', '.join(again.fields)}"
            )
            self.notes.found(seen.offset, "redecided", message)


def differing(codec: Codec, recorded: Decision, now: Decision) -> tuple[str, ...]:
    """The fields in which two decisions differ, whatever version of a schema each is written in."""
    one, other = cast("Mapping[str, Any]", recorded), cast("Mapping[str, Any]", now)
    return tuple(
        name
        for name in one
        if one[name] != other[name] and _told(codec, one, name) != _told(codec, other, name)
    )


def _told(codec: Codec, decision: Mapping[str, Any], name: str) -> Any:
    """A field with the records in it decoded."""
    if name == "changes":
        return [(c["table"], c["key"], _change(codec, c)) for c in decision[name]]
    if name == "emits":
        return [(e["topic"], e["key"], _record(codec, e["value"])) for e in decision[name]]
    return decision[name]


def _change(codec: Codec, change: Change) -> Any:
    value = change["value"]
    return None if value is None else tables.decode(codec, change["table"], value)


def _record(codec: Codec, value: bytes) -> Any:
    return codec.decode(codec.writer(value).name, value)
