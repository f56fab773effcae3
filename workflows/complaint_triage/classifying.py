"""The classifier: weights of words for each class, as data; sums of whole numbers, no randomness.

A word counts once. A weight is a hundredth of log odds, as `fitting.py` counted it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from schemas.strict import StrictModel

_WORD = re.compile(r"[a-z]{3,}")
_REDACTED = re.compile(r"x{2,}")
MOST_CHARACTERS = 16_000


class Weights(StrictModel):
    """Of one class: what it starts with, and what each word adds."""

    prior: int
    words: Mapping[str, int]


class Classified(StrictModel):
    """The best class, and by how much it leads."""

    name: str
    margin: Annotated[int, Field(ge=0)]


Classes = Mapping[str, Weights]
NO_BONUS: Mapping[str, int] = {}


def words_of(text: str) -> frozenset[str]:
    """The words that count, without what was made unreadable before it was published."""
    found = _WORD.findall(text[:MOST_CHARACTERS].casefold())
    return frozenset(word for word in found if not _REDACTED.fullmatch(word))


def classified(text: str, classes: Classes, bonus: Mapping[str, int] = NO_BONUS) -> Classified:
    """The class with the highest sum; of equals the first by name.

    A class that has a bonus and no weights starts from the lowest sum of those that have.
    """
    words = words_of(text)
    sums = {name: _sum(weights, words) for name, weights in classes.items()}
    lowest = min(sums.values(), default=0)
    for name, more in bonus.items():
        sums[name] = sums.get(name, lowest) + more
    ranked = sorted((-total, name) for name, total in sums.items())
    lead = ranked[1][0] - ranked[0][0] if len(ranked) > 1 else 0
    return Classified(name=ranked[0][1], margin=lead)


def _sum(weights: Weights, words: frozenset[str]) -> int:
    return weights.prior + sum(weights.words.get(word, 0) for word in words)
