"""Every decision made again from its input, by the engine that runs in production.

The decision on the ledger and the decision made now must be equal: same input, same tables,
same time. Under other versions of a workflow they need not be, and that is said, not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, cast

from streams.core.audit.checks import Seen
from streams.core.inputs import LOCAL, Input

if TYPE_CHECKING:
    from schemas.records import Decision, Versions
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


@dataclass(slots=True)
class Redecision:
    """Decides again. `engine_of` gives the engine of a writer; `deployed` the versions here."""

    engine_of: Callable[[str], Decides]
    deployed: Mapping[str, Versions]
    _engines: dict[str, Decides] = field(default_factory=dict)

    def compare(self, seen: Seen, source: Input | None) -> Redecided:
        """`source` is the input as it stands in its topic, None when it is not held any more."""
        if seen.decision["input_topic"] == LOCAL:
            return Redecided("no input")
        if source is None:
            return Redecided("input not held")
        writer = seen.block["writer"]
        if writer not in self._engines:
            self._engines[writer] = self.engine_of(writer)
        draft = self._engines[writer].decide(seen.fold, source, seen.block["decided_at_ms"])
        fields = _differing(seen.decision, draft.decision)
        if not fields:
            return Redecided("same", now=draft.decision)
        verdict: Verdict = "differs" if self._is_deployed(seen.decision) else "other versions"
        return Redecided(verdict, fields, draft.decision)

    def _is_deployed(self, decision: Decision) -> bool:
        """A run of no workflow is decided under no version, and so is what concerns no run."""
        if decision["versions"] is None:
            return True
        return self.deployed.get(decision["workflow"]) == decision["versions"]


def _differing(recorded: Decision, now: Decision) -> tuple[str, ...]:
    one, other = cast("Mapping[str, object]", recorded), cast("Mapping[str, object]", now)
    return tuple(name for name in one if one[name] != other.get(name))
