"""The bounds that keep every decision small enough for a block, and every text fit for a record."""

from __future__ import annotations

from schemas.topics import LEDGER_MAX_BYTES

MAX_DECISION_BYTES = LEDGER_MAX_BYTES // 2
"""A larger one is refused. The rest of a block is for other decisions and for its dead letter."""
MAX_INLINE_BYTES = LEDGER_MAX_BYTES // 4
"""The largest result that may stand in a record; a larger one goes to the payload store."""
MAX_TEXT_CHARACTERS = 2_000


def clipped(text: str) -> str:
    """The beginning of an error's text, without what UTF-8 cannot hold."""
    return text[:MAX_TEXT_CHARACTERS].encode(errors="replace").decode()
