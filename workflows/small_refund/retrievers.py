"""The retrievers of small refunds, as data. Importing them needs no database."""

from __future__ import annotations

from collections.abc import Mapping

RETRIEVERS: Mapping[str, str] = {
    "own_refunds": "What the run itself has paid back, as the till has it.",
}
"""What each retriever reads, by the name that the contract uses."""
