"""How long the partitions that a fault hit were without an outcome."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from math import inf
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from bench.chaos.faults import BROKER

if TYPE_CHECKING:
    from bench.chaos.evidence import Life, Written
    from bench.chaos.striking import Struck

EVERYWHERE = ("gateway", BROKER)
"""Whose faults hit every partition."""


class Resume(NamedTuple):
    """Over all partitions that faults of one kind hit: time to the next outcome, in ms."""

    median: float
    max: float
    samples: int


def resume_ms(
    struck: Iterable[Struck], blocks: Iterable[Written], lives: Iterable[Life]
) -> dict[str, Resume]:
    """By kind of fault.

    A partition is no sample if no run was under way there, if none ended later, or if the next
    fault struck before one did: then the wait would be both faults'.
    """
    by_partition = _by_partition(lives)
    ownership = _Ownership(blocks)
    waits: defaultdict[str, list[int]] = defaultdict(list)
    struck = list(struck)
    for one, following in zip_longest(struck, struck[1:]):
        everywhere = one.fault.who in EVERYWHERE
        hit = by_partition.keys() if everywhere else ownership.of(one.pids, one.struck_at_ms)
        found = (_wait_ms(by_partition.get(partition, ()), one) for partition in hit)
        longest_ms = following.struck_at_ms - one.resumes_from_ms if following else inf
        waits[one.fault.name] += [ms for ms in found if ms is not None and ms <= longest_ms]
    return {
        name: Resume(median(found), max(found), len(found))
        for name, found in sorted(waits.items())
        if found
    }


def _wait_ms(lives: Iterable[Life], one: Struck) -> int | None:
    since_ms = one.resumes_from_ms
    lives = [life for life in lives if life.ended_ms > since_ms]
    if not any(life.is_open(one.struck_at_ms) for life in lives):
        return None
    return min(life.ended_ms for life in lives) - since_ms


def _by_partition(lives: Iterable[Life]) -> Mapping[int, list[Life]]:
    found: defaultdict[int, list[Life]] = defaultdict(list)
    for life in lives:
        found[life.partition].append(life)
    return found


class _Ownership:
    """Who wrote last on each partition of each stream, at any time."""

    def __init__(self, blocks: Iterable[Written]) -> None:
        self._blocks: defaultdict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
        for block in blocks:
            self._blocks[block.stream, block.partition].append((block.at_ms, block.writer))

    def of(self, pids: Sequence[int], at_ms: int) -> set[int]:
        """Partitions on which one of these processes wrote the last block before a time."""
        marks = tuple(f"/{pid}." for pid in pids)
        found = set()
        for (_, partition), written in self._blocks.items():
            before = [writer for time_ms, writer in written if time_ms <= at_ms]
            if before and any(mark in before[-1] for mark in marks):
                found.add(partition)
        return found
