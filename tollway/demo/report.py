"""What came of a demonstration: for a manager in words, for a program as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tollway.money import MICROS_PER_USD

if TYPE_CHECKING:
    from schemas.records import Outcome
    from tollway.demo.requests import Request


@dataclass(frozen=True, slots=True)
class Report:
    """Outcomes by run id, and what each run changed in the store."""

    requests: Sequence[Request]
    outcomes: Mapping[str, Outcome]
    changed: Mapping[str, Mapping[str, Any]]
    elapsed_s: float

    @property
    def counts(self) -> dict[str, int]:
        """Outcomes by kind."""
        return dict(Counter(outcome["outcome"] for outcome in self.outcomes.values()))

    @property
    def spent_usd_micros(self) -> int:
        """Total cost."""
        return sum(outcome["spent_usd_micros"] for outcome in self.outcomes.values())

    def as_json(self) -> dict[str, Any]:
        """The whole result."""
        return {
            "outcomes": self.counts,
            "spent_usd_micros": self.spent_usd_micros,
            "requests": {request.id: self._request(request.run_id) for request in self.requests},
        }

    def in_words(self) -> str:
        """The summary."""
        return "\n".join([*self._results(), *self._money(), *self._speed()])

    def _request(self, run_id: str) -> dict[str, Any]:
        outcome = self.outcomes[run_id]
        return {
            "outcome": outcome["outcome"],
            "error": outcome["error"],
            "changed": {"orders": {}, "users": {}, **self.changed.get(run_id, {})},
            "spent_usd_micros": outcome["spent_usd_micros"],
        }

    def _results(self) -> list[str]:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.counts.items()))
        reasons = Counter(o["error"] for o in self.outcomes.values() if o["error"])
        lines = [f"{len(self.outcomes)} requests: {kinds}"]
        lines += [f"  {count:4d} x {reason}" for reason, count in reasons.most_common(5)]
        return lines

    def _money(self) -> list[str]:
        resolved = self.counts.get("resolved", 0)
        each = f"${self.spent_usd_micros / resolved / MICROS_PER_USD:.4f}" if resolved else "none"
        caps = sum((o["error"] or "").startswith("budget:") for o in self.outcomes.values())
        dearest = max((o["spent_usd_micros"] for o in self.outcomes.values()), default=0)
        return [
            (
                f"Cost: ${self.spent_usd_micros / MICROS_PER_USD:.4f} in total, {each} per "
                f"resolved case, ${dearest / MICROS_PER_USD:.4f} for the dearest run"
            ),
            f"Caps hit: {caps}",
        ]

    def _speed(self) -> list[str]:
        waits = sorted(o["finished_at_ms"] - o["received_at_ms"] for o in self.outcomes.values())
        return [
            (
                f"Latency with all {len(waits)} at once: p50 {_at(waits, 0.50) / 1000:.1f} s, "
                f"p95 {_at(waits, 0.95) / 1000:.1f} s; all done in {self.elapsed_s:.1f} s"
            ),
        ]


def _at(ordered: Sequence[int], share: float) -> int:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0
