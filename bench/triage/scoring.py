"""Scores the triage's rules and the router's on real complaints.

Complaints are split by half of their id, even or odd (all ids are even). The weights are fitted on
the even halves with words;
only the odd ones are scored.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from streams.core.routing.router import Routed, Router, Unrouted
from workflows.complaint_triage.classifying import Classified
from workflows.complaint_triage.data import issue_of, product_of, teams
from workflows.complaint_triage.form import FORM

COMPLAINTS = Path("workflows/complaint_triage/evals/complaints.csv")
Kind = Literal["product", "issue"]
CLASSIFIERS: Mapping[Kind, Callable[[str], Classified]] = {"product": product_of, "issue": issue_of}


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint with the classes that were given to it."""

    id: int
    product: str
    issue: str
    words: str

    @property
    def fits(self) -> bool:
        """Whether the weights are fitted on it; otherwise it is scored."""
        return self.id // 2 % 2 == 0


def complaints(path: Path = COMPLAINTS) -> list[Complaint]:
    """All complaints, products by their present names."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Complaint(
                int(row["complaint_id"]),
                teams().product(row["product"]),
                row["issue"],
                row["words"].strip(),
            )
            for row in csv.DictReader(file)
        ]


def scored(all_complaints: Sequence[Complaint]) -> dict[str, Any]:
    """The figures of one report."""
    worded = [complaint for complaint in all_complaints if complaint.words]
    held_out = [complaint for complaint in worded if not complaint.fits]
    kinds: tuple[Kind, ...] = ("product", "issue")
    return {
        "complaints": len(all_complaints),
        "with_words": len(worded),
        "fitted_on": len(worded) - len(held_out),
        "scored_on": len(held_out),
        "routed_by_rules": sum(FORM.steps(c.words) is not None for c in held_out),
        **{kind: _kind(kind, held_out, worded) for kind in kinds},
    }


def _kind(kind: Kind, held_out: Sequence[Complaint], worded: Sequence[Complaint]) -> dict[str, Any]:
    found = [(getattr(c, kind), CLASSIFIERS[kind](c.words)) for c in held_out]
    most = Counter(getattr(c, kind) for c in worded if c.fits).most_common(1)[0][0]
    return {
        **_accuracy(found),
        "always_the_commonest": round(sum(g == most for g, _ in found) / len(found), 3),
        "clear": _accuracy([(g, c) for g, c in found if c.margin >= teams().margin]),
        "by_class": {
            name: _accuracy([(g, c) for g, c in found if g == name])
            for name, _ in Counter(given for given, _ in found).most_common()
        },
    }


def _accuracy(found: Sequence[tuple[str, Classified]]) -> dict[str, Any]:
    right = sum(given == told.name for given, told in found)
    share = round(right / len(found), 3) if found else None
    return {"complaints": len(found), "right": right, "accuracy": share}


def routed(router: Router, words: Iterable[str]) -> dict[str, int]:
    """Where the router's rules send the consumers' own words that name no workflow."""
    return dict(Counter(_where(router, text) for text in words).most_common())


def _where(router: Router, text: str) -> str:
    decided = router.decide({"intent": "", "request": text})  # type: ignore[typeddict-item]
    if isinstance(decided, Routed):
        return f"workflow {decided.workflow.name}"
    return "a person" if isinstance(decided, Unrouted) else "the model"
