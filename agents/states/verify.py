"""Verify: code checks the run's work before an answer leaves; which checks, the contract says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.checks import CHECKS
from agents.states.changes import changed, with_error
from streams.core.states import Absorbed, Answer, Move, View

if TYPE_CHECKING:
    from schemas.records import Check


class Verify:
    """Runs the contract's checks."""

    name = "verify"

    def proceed(self, view: View) -> Move:
        """Check everything, and say whether all held."""
        names = view.workflow.contract.policy(self.name).checks
        checks: list[Check] = [CHECKS[name](view) for name in names]
        run = changed(view.run, checks=checks)
        failed = [check for check in checks if not check["passed"]]
        if failed:
            return Move("unverified", with_error(run, f"{failed[0]['name']}: {failed[0]['detail']}"))
        return Move("verified", run)

    def absorb(self, view: View, answer: Answer) -> Absorbed:  # noqa: ARG002
        """These checks make no calls."""
        return Absorbed(view.run)
