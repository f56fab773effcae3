"""`tollway runs` and `tollway run show`: what became of requests, from the warehouse."""

from __future__ import annotations

from pathlib import Path

import click

from sinks.warehouse.run_page import read_page
from tollway.cli.run_text import page_text
from tollway.cli.tabular import json_option, json_text, path_option, reader, table_text

OUTCOMES = ("resolved", "escalated", "rejected", "failed", "open")
SHORT = """
SELECT
    substr(run_id, 1, 12) AS run, event_id AS event, workspace, workflow,
    customer_tier AS tier, outcome, printf('$%.6f', spent_usd_micros / 1000000) AS spent, calls,
    duration_ms, received_at, error
"""
CHOSEN = """
FROM runs
WHERE ($outcome IS NULL OR outcome = $outcome)
  AND ($workspace IS NULL OR workspace = $workspace)
  AND ($workflow IS NULL OR workflow = $workflow)
ORDER BY received_at DESC, run_id
LIMIT $limit
"""


@click.command()
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only runs that ended so.")
@click.option("--workspace", help="Only runs of this workspace.")
@click.option("--workflow", help="Only runs of this workflow.")
@click.option("--limit", default=20, show_default=True, help="At most so many, newest first.")
@json_option
@path_option
def runs(
    outcome: str | None,
    workspace: str | None,
    workflow: str | None,
    limit: int,
    as_json: bool,
    path: Path | None,
) -> None:
    """List runs, the newest first.

    \b
    Examples:
      tollway runs
      tollway runs --outcome escalated --workspace acme --limit 5
    """
    chosen = {"outcome": outcome, "workspace": workspace, "workflow": workflow, "limit": limit}
    answer = reader(path).ask(("SELECT *" if as_json else SHORT) + CHOSEN, chosen)
    click.echo(json_text(answer.as_dicts()) if as_json else table_text(answer))


@click.group()
def run() -> None:
    """Look at one run."""


@run.command()
@click.argument("run_name", metavar="RUN")
@json_option
@path_option
def show(run_name: str, as_json: bool, path: Path | None) -> None:
    """Show everything that happened to a RUN, in order, with what it cost.

    RUN is the id of the run, the beginning of it, or the id of its intake event.

    \b
    Examples:
      tollway run show 5a37e8d10154
      tollway run show train-016 --json
    """
    page = read_page(reader(path), run_name)
    click.echo(json_text(page.as_dict()) if as_json else page_text(page))
