"""Fits the weights on complaints whose classes are known: counting, no randomness.

Multinomial naive Bayes on the presence of words, smoothed by one, on the words that tell most. A
class with too few complaints is left out: it cannot be learnt, and its complaints are a person's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import log

from workflows.complaint_triage.classifying import Weights, words_of

Example = tuple[str, str]
"""Words, and the class that was given."""
LEAST_TEXTS = 3
"""A word must stand in so many complaints, and a class have so many."""
MOST_WORDS, HUNDREDTHS = 200, 100
"""So many words are kept; the unit of weights."""

Counts = Mapping[str, Counter[str]]


def fitted(examples: Iterable[Example]) -> dict[str, Weights]:
    """The weights of every class with enough examples, by name."""
    texts = [(words_of(text), name) for text, name in examples]
    sizes = Counter(name for _, name in texts)
    here: Counts = {
        name: Counter(word for words, given in texts if given == name for word in words)
        for name in sorted(sizes)
        if sizes[name] >= LEAST_TEXTS
    }
    total = sum(sizes[name] for name in here)
    kept = _telling(here)
    return {
        name: Weights(
            prior=_hundredths(sizes[name] / total),
            words={word: _weight(word, here[name], kept) for word in sorted(kept)},
        )
        for name in here
    }


def _telling(here: Counts) -> frozenset[str]:
    """The words whose share differs most from class to class."""
    everywhere = sum(here.values(), Counter())
    known = [word for word, count in everywhere.items() if count >= LEAST_TEXTS]
    total = sum(everywhere.values())

    def tells(word: str) -> float:
        return sum(
            abs(found[word] * log(found[word] * total / (everywhere[word] * sum(found.values()))))
            for found in here.values()
            if found[word]
        )

    return frozenset(sorted(known, key=lambda word: (-tells(word), word))[:MOST_WORDS])


def _weight(word: str, found: Counter[str], kept: frozenset[str]) -> int:
    total = sum(found[other] for other in kept)
    return _hundredths((found[word] + 1) / (total + len(kept)))


def _hundredths(share: float) -> int:
    return round(HUNDREDTHS * log(share))
