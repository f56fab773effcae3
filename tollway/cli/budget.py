"""`tollway budget`: what finance asks."""

from __future__ import annotations

import click

from tollway.cli.lazy import LazyGroup, Row

COMMANDS = {
    "show": Row("tollway.cli.budget_show:show", "What is spent, held and left of every cap."),
    "forecast": Row("tollway.cli.budget_show:forecast", "When caps are reached at this pace."),
    "explain": Row("tollway.cli.budget_explain:explain", "Add up what one run cost, and check it."),
    "chargeback": Row("tollway.cli.budget_chargeback:chargeback", "Charge a month's costs on."),
    "reconcile": Row("tollway.cli.budget_reconcile:reconcile", "Match a bill with the ledger."),
}


@click.group(cls=LazyGroup, rows=COMMANDS)
def budget() -> None:
    """Caps, costs, chargeback and bills. docs/budget.md explains."""
