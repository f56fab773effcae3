"""What ends a history early."""

from __future__ import annotations


class Violation(AssertionError):
    """An invariant is broken: `invariant` names which."""

    def __init__(self, invariant: str, what: str) -> None:
        super().__init__(f"{invariant}: {what}")
        self.invariant = invariant
