"""The figures as a page's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Figures = Mapping[str, Any]


def as_text(found: Figures) -> str:
    """Markdown."""
    return "\n".join(_lines(found))


def _lines(found: Figures) -> Iterator[str]:
    yield (
        f"{found['complaints']} complaints, {found['with_words']} with the consumer's own words: "
        f"fitted on {found['fitted_on']}, scored on the other {found['scored_on']}, of which "
        f"the rules route {found['routed_by_rules']} by themselves."
    )
    for kind in ("product", "issue"):
        yield from _kind(kind, found[kind])
    yield from ("", "Where the router sends all of them when no workflow is named:", "")
    yield from ("| goes to | complaints |", "|---|---|")
    yield from (f"| {where} | {count} |" for where, count in found["routed"].items())


def _kind(kind: str, figures: Figures) -> Iterator[str]:
    yield from ("", f"| {kind} given | scored | right | accuracy |", "|---|---|---|---|")
    for name, row in figures["by_class"].items():
        yield _row(name, row)
    yield _row("**all**", figures)
    yield _row("where the lead is clear", figures["clear"])
    commonest = figures["always_the_commonest"]
    yield f"| always the commonest | {figures['complaints']} | | {commonest} |"


def _row(name: str, row: Figures) -> str:
    return f"| {name} | {row['complaints']} | {row['right']} | {row['accuracy']} |"
