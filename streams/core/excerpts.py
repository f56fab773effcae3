"""How much of what a run has read stands in the evidence table, and so in the ledger.

Small pieces stand whole. Of a large one stands its beginning, as much as a prompt can use. When
many pieces come at once, the largest are shortened until all of them fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from streams.core.bounds import MAX_DECISION_BYTES

WHOLE_BYTES = 64 * 1024
"""A piece up to this size is small."""
MAX_EVIDENCE_BYTES = MAX_DECISION_BYTES // 2
"""What one decision keeps at most; the rest is for the run and the call that follows."""


def excerpts(pieces: Mapping[str, bytes], prompt_bytes: int) -> dict[str, bytes]:
    """What is kept of these pieces, by the same keys. `prompt_bytes` is the longest prompt."""
    large = max(WHOLE_BYTES, prompt_bytes)
    kept = {
        key: content if len(content) <= large else beginning(content, prompt_bytes)
        for key, content in pieces.items()
    }
    share = fair_share((len(content) for content in kept.values()), MAX_EVIDENCE_BYTES)
    return {key: beginning(content, share) for key, content in kept.items()}


def fair_share(sizes_bytes: Iterable[int], total_bytes: int) -> int:
    """The longest that each may be so that all together fit; no less than the largest if they do.

    What the small ones leave over goes to the large ones.
    """
    ordered = sorted(sizes_bytes)
    left = total_bytes
    for number, size in enumerate(ordered):
        share = left // (len(ordered) - number)
        if size > share:
            return share
        left -= size
    return ordered[-1] if ordered else total_bytes


def beginning(content: bytes, most_bytes: int) -> bytes:
    """At most so many bytes, and no part of a character of UTF-8."""
    if len(content) <= most_bytes:
        return content
    end = most_bytes
    while end > 0 and content[end] & 0xC0 == 0x80:  # noqa: PLR2004  a byte within a character
        end -= 1
    return content[:end]
