"""Lines and calls of one name and amount: which can only mean each other, by their times."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from tollway.budget.bill import BillLine
from tollway.budget.calls import CallMoney

T = TypeVar("T")
ENOUGH = 2
"""More than one is all that there is to know."""


class Span(NamedTuple, Generic[T]):
    """When something was, in milliseconds."""

    start_ms: float
    end_ms: float
    of: T


@dataclass(slots=True)
class Alike:
    """`pairs` fit each other and nothing else. Of the rest, what nothing fits, and what several."""

    pairs: list[tuple[BillLine, CallMoney]] = field(default_factory=list)
    lines_of_none: list[BillLine] = field(default_factory=list)
    lines_of_several: list[BillLine] = field(default_factory=list)
    calls_of_none: list[CallMoney] = field(default_factory=list)
    calls_of_several: list[CallMoney] = field(default_factory=list)


def told_apart(lines: Iterable[BillLine], calls: Iterable[CallMoney], tolerance_ms: int) -> Alike:
    """Match by time. A provider's clock may differ by the tolerance, either way."""
    line_spans = [_span_of_line(line, tolerance_ms) for line in lines]
    call_spans = [_span_of_call(call) for call in calls]
    at_lines, at_calls, alike = _Timeline(line_spans), _Timeline(call_spans), Alike()
    lines_at = {s.of.call_id: at_lines.first_at(s.start_ms, s.end_ms) for s in call_spans}
    paired = set[str]()
    for span in line_spans:
        found = at_calls.first_at(span.start_ms, span.end_ms)
        if len(found) == 1 and len(lines_at[found[0].call_id]) == 1:
            alike.pairs.append((span.of, found[0]))
            paired.add(found[0].call_id)
        else:
            (alike.lines_of_several if found else alike.lines_of_none).append(span.of)
    for call in (span.of for span in call_spans if span.of.call_id not in paired):
        several = lines_at[call.call_id]
        (alike.calls_of_several if several else alike.calls_of_none).append(call)
    return alike


class _Timeline(Generic[T]):
    """Spans in order, asked for the first few that share a moment with another one."""

    def __init__(self, spans: Sequence[Span[T]]) -> None:
        self.spans = sorted(spans, key=lambda span: span.start_ms)
        self.starts = [span.start_ms for span in self.spans]
        self.longest_ms = max((span.end_ms - span.start_ms for span in spans), default=0.0)

    def first_at(self, start_ms: float, end_ms: float) -> list[T]:
        """At most `ENOUGH` of them."""
        found = list[T]()
        for span in self._near(start_ms, end_ms):
            if span.end_ms >= start_ms:
                found.append(span.of)
            if len(found) == ENOUGH:
                break
        return found

    def _near(self, start_ms: float, end_ms: float) -> Iterator[Span[T]]:
        first = bisect_left(self.starts, start_ms - self.longest_ms)
        yield from self.spans[first : bisect_right(self.starts, end_ms)]


def _span_of_line(line: BillLine, tolerance_ms: int) -> Span[BillLine]:
    if line.from_ms is None or line.to_ms is None:
        return Span(-math.inf, math.inf, line)
    return Span(line.from_ms - tolerance_ms, line.to_ms + tolerance_ms, line)


def _span_of_call(call: CallMoney) -> Span[CallMoney]:
    return Span(call.issued_at_ms, call.settled_at_ms or call.issued_at_ms, call)
