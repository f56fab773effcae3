"""Whether a partition gets on, judged from looks at it.

Time is the sum of the stretches between looks, as the caller measures them: a process that was
paused is not blamed for the pause. Each stretch is put down to what its first look saw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How much a partition may take before it counts as stalled."""

    standing_s: float = 120.0
    folding_s: float = 600.0
    refolds_a_minute: int = 10


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a partition shows.

    `progress` is any number that changes when the partition gets on, `folds` how often its state
    has been read, `waiting` how many inputs are known to wait that it could decide now.
    """

    progress: int
    folds: int
    folding: bool
    waiting: int

    @property
    def rests(self) -> bool:
        """There is nothing to do."""
        return not self.folding and self.waiting == 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How long a partition has stood since it last got on or rested.

    `refolds` holds the ages, in seconds, of those of the last minute.
    """

    last: Look
    standing_s: float = 0.0
    folding_s: float = 0.0
    refolds: tuple[float, ...] = ()

    @property
    def seconds(self) -> float:
        """Since it last got on or rested."""
        return self.standing_s + self.folding_s


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to stall: what is measured, its limit, what is said and what to look at."""

    amount: Callable[[Standing], float]
    limit: Callable[[Patience], float]
    says: str
    todo: str


RULES: tuple[Rule, ...] = (
    Rule(
        lambda standing: standing.standing_s,
        lambda patience: patience.standing_s,
        "has decided nothing for {amount:.0f} s although {waiting} inputs or blocks wait",
        "read the log before this, and see in tollway_ledger_append_seconds and "
        "tollway_input_lag_records whether Kafka takes and brings records",
    ),
    Rule(
        lambda standing: standing.folding_s,
        lambda patience: patience.folding_s,
        "has been reading its state back for {amount:.0f} s without getting on",
        "look at the brokers and at tollway_snapshot_bytes; if the state is that large, raise "
        "TOLLWAY_FOLD_LIMIT_S",
    ),
    Rule(
        lambda standing: len(standing.refolds),
        lambda patience: patience.refolds_a_minute,
        "lost to another writer and read its state back {amount:.0f} times within a minute",
        "two processes believe to own it: see that all are in the same consumer group and use "
        "the same TOLLWAY_DRIVER",
    ),
)


@dataclass(frozen=True, slots=True)
class Stall:
    """A partition does not get on; `seconds` is for how long."""

    partition: int
    seconds: float
    reason: str
    todo: str


def watched(before: Standing | None, look: Look, elapsed_s: float) -> Standing:
    """How a partition stands at this look, `elapsed_s` after the one before."""
    if before is None:
        return Standing(look)
    refolds = _refolds(before, look, elapsed_s)
    if look.progress != before.last.progress or look.rests:
        return Standing(look, refolds=refolds)
    if before.last.folding:
        return replace(before, last=look, refolds=refolds, folding_s=before.folding_s + elapsed_s)
    if before.last.rests:
        return replace(before, last=look, refolds=refolds)
    return replace(before, last=look, refolds=refolds, standing_s=before.standing_s + elapsed_s)


def stalled(standings: Mapping[int, Standing], patience: Patience) -> Stall | None:
    """The first partition that breaks a rule, or None."""
    for partition, standing in standings.items():
        for rule in RULES:
            if rule.amount(standing) > rule.limit(patience):
                return _stall(partition, standing, rule)
    return None


def _stall(partition: int, standing: Standing, rule: Rule) -> Stall:
    said = rule.says.format(amount=rule.amount(standing), waiting=standing.last.waiting)
    return Stall(partition, standing.seconds, said, rule.todo)


def _refolds(before: Standing, look: Look, elapsed_s: float) -> tuple[float, ...]:
    """A count below the one before is that of a new owner in this process: no refold."""
    aged = (age + elapsed_s for age in before.refolds)
    new = max(0, look.folds - before.last.folds)
    return (*(age for age in aged if age < MINUTE_S), *(0.0,) * new)
