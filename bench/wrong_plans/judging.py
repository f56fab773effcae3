"""What became of a wrong plan: stopped before the effect, noticed after it, or passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bench.retail_desk import Ended

Fate = Literal["stopped", "refused_by_the_store", "noticed_after", "passed"]
FATES: tuple[Fate, ...] = ("stopped", "refused_by_the_store", "noticed_after", "passed")
EXAMPLES = 3


def fate(ended: Ended, wrong_at: int) -> Fate:
    """The fate of the step at `wrong_at`; of a plan in which one is missing (-1), of the run."""
    if wrong_at >= 0:
        step = ended.run["plan"][wrong_at]
        if step["status"] != "done":
            by_store = step["call_id"] is not None
            return "refused_by_the_store" if by_store else "stopped"
    if ended.outcome["outcome"] == "resolved":
        return "passed"
    return "noticed_after" if ended.written or wrong_at < 0 else "stopped"


@dataclass(slots=True)
class Tally:
    """Fates by class, and what passed or was noticed late, by example."""

    fates: dict[str, Counter[str]] = field(default_factory=dict)
    passed: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def add(self, name: str, found: Fate, example: Mapping[str, Any]) -> None:
        """Count one."""
        self.fates.setdefault(name, Counter())[found] += 1
        examples = self.passed.setdefault(name, [])
        if found in {"passed", "noticed_after"} and len(examples) < EXAMPLES:
            examples.append(example)

    def as_json(self) -> dict[str, Any]:
        """By class: how many, what became of them, the share that had no effect, examples."""
        return {name: self._row(name, counts) for name, counts in sorted(self.fates.items())}

    def _row(self, name: str, counts: Counter[str]) -> dict[str, Any]:
        mutants = counts.total()
        before = counts["stopped"] + counts["refused_by_the_store"]
        return {
            "mutants": mutants,
            **{known: counts[known] for known in FATES},
            "before_the_effect": round(before / mutants, 6),
            "examples": self.passed[name],
        }
