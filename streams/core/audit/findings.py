"""What an audit finds, and what it has looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be: where, of which kind, and what exactly."""

    topic: str
    partition: int
    offset: int
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition} offset {self.offset}: {self.message} [{self.kind}]"


@dataclass(frozen=True, slots=True)
class Head:
    """The last valid block of a partition of a chained stream; its hash stands for all before."""

    stream: str
    partition: int
    offset: int
    hash_hex: str


@dataclass(slots=True)
class Report:
    """Findings in the order in which they came up, counts of what was checked, and the heads."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    heads: list[Head] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Nothing was found."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class Notes:
    """A report, written from one partition of one topic."""

    report: Report
    topic: str
    partition: int

    def found(self, offset: int, kind: str, message: str) -> None:
        """Note a finding."""
        self.report.findings.append(Finding(self.topic, self.partition, offset, kind, message))

    def count(self, what: str, number: int = 1) -> None:
        """Note what was looked at."""
        self.report.counts[what] += number
