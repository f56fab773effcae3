"""What ends a history early."""

from __future__ import annotations


class Violation(AssertionError):
    """An invariant is broken: `invariant` names which."""

    def __init__(self, invariant: str, what: str) -> None:
        super().__init__(invariant, what)
        self.invariant = invariant
        self.what = what

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"
