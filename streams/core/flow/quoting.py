"""Whether an answer holds text of what was read, word for word."""

from __future__ import annotations

import re

WORDS = 4
"""So many words in a row are no coincidence."""
_WORD = re.compile(r"\w+")


def quotes(answer: str, content: str) -> bool:
    """Whether some words in a row of the answer stand in the content, too."""
    return not _runs(answer).isdisjoint(_runs(content))


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)}
