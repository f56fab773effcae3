"""What metrics gain from accepted decisions: pure, summed for a block, and nothing kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from schemas.topics import DEAD_SUFFIX
from streams.core import metrics
from streams.core.budget import scope_of
from streams.core.claims import Finished
from streams.core.metrics import Metric

if TYPE_CHECKING:
    from schemas.records import DeadLetter, Decision, Outcome, Spend, SpendEntry
    from streams.core.draft import Draft

Labels = tuple[str, ...]
UNKNOWN = "unknown"
MONEY: dict[SpendEntry, Metric] = {
    "reserve": metrics.RESERVED,
    "settle": metrics.SETTLED,
    "violation": metrics.VIOLATIONS,
}


@dataclass(slots=True)
class Tally:
    """What to add to counters, and what histograms observe."""

    counts: Counter[tuple[Metric, Labels]] = field(default_factory=Counter)
    observed: list[tuple[Metric, Labels, float]] = field(default_factory=list)

    def count(self, metric: Metric, *labels: str, amount: int = 1) -> None:
        """Add to a counter."""
        self.counts[metric, labels] += amount

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """Add an observation to a histogram."""
        self.observed.append((metric, labels, value))


def accepted(drafts: Iterable[Draft]) -> Tally:
    """All that the decisions of an accepted block say."""
    tally = Tally()
    for draft in drafts:
        tally.count(metrics.DECISIONS, draft.state or "none", draft.rule)
        _money(tally, draft)
        _endings(tally, draft)
        if isinstance(draft.source.fact, Finished):
            _call(tally, draft.source.fact)
    return tally


def forwarded(decisions: Iterable[Decision]) -> Tally:
    """The records that were sent on."""
    tally = Tally()
    for decision in decisions:
        for emit in decision["emits"]:
            tally.count(metrics.FORWARDED, emit["topic"])
    return tally


def _money(tally: Tally, draft: Draft) -> None:
    workflow = _workflow(draft)
    for spend in draft.spend:
        metric = MONEY.get(spend["entry"])
        if metric is not None:
            for scope in _scopes(spend):
                tally.count(metric, workflow, scope, amount=spend["amount_usd_micros"])
    for refusal in draft.refusals:
        if refusal.scope:
            tally.count(metrics.REFUSED, workflow, refusal.scope, amount=refusal.usd_micros)


def _scopes(spend: Spend) -> set[str]:
    """Each scope once, however many windows of it are capped."""
    return {scope_of(account) for account in spend["accounts"]}


def _endings(tally: Tally, draft: Draft) -> None:
    """Outcomes and dead letters are few enough to be read back."""
    for topic, value in _emitted(draft):
        if topic == "outcomes":
            outcome = cast("Outcome", draft.codec.decode("outcome", value))
            seconds = (outcome["finished_at_ms"] - outcome["received_at_ms"]) / 1000
            tally.count(metrics.RUNS, _workflow(draft), outcome["outcome"])
            tally.observe(metrics.RUN_SECONDS, seconds, _workflow(draft))
        elif topic.endswith(DEAD_SUFFIX):
            letter = cast("DeadLetter", draft.codec.decode("dead_letter", value))
            tally.count(metrics.DEAD_LETTERS, letter["topic"], letter["reason"])


def _emitted(draft: Draft) -> Iterator[tuple[str, bytes]]:
    return ((emit["topic"], emit["value"]) for emit in draft.emits)


def _call(tally: Tally, finished: Finished) -> None:
    call, result = finished.call, finished.result
    tally.count(metrics.CALLS, call["kind"], call["name"], result["status"])
    if result["started_at_ms"] > 0:
        seconds = (result["finished_at_ms"] - result["started_at_ms"]) / 1000
        tally.observe(metrics.CALL_SECONDS, seconds, call["kind"], call["name"])
    if call["kind"] == "model":
        tally.count(metrics.TOKENS, call["name"], "input", amount=result["input_tokens"])
        tally.count(metrics.TOKENS, call["name"], "output", amount=result["output_tokens"])


def _workflow(draft: Draft) -> str:
    """The workflow, unless an outsider made its name up."""
    known = draft.versions is not None and draft.versions["contract"]
    return draft.workflow if known else UNKNOWN
