"""The retrievers of the support desk, as data. Importing them needs no database."""

from __future__ import annotations

from collections.abc import Mapping

RETRIEVERS: Mapping[str, str] = {
    "customer_and_policy": "The customer's profile and orders, and passages of policy that apply.",
    "records_of_step": "The customer's profile, the orders that a step names, and their products.",
    "own_writes": "What the run itself has written, as the store logged it.",
}
"""What each retriever reads, by the name that the contract uses."""
