"""`tollway sql`: any question to the warehouse."""

from __future__ import annotations

from pathlib import Path

import click

from tollway.cli.tabular import (
    csv_text,
    json_option,
    json_text,
    path_option,
    reader,
    table_text,
)


@click.command()
@click.argument("question")
@json_option
@click.option("--csv", "csv", is_flag=True, help="Print CSV.")
@path_option
def sql(question: str, as_json: bool, csv: bool, path: Path | None) -> None:
    """Ask the warehouse a QUESTION in SQL. Nothing can be changed.

    Tables: runs, calls, decisions, stages, spend, account_spend, costs, cost_per_outcome,
    cost_per_resolved_case, accesses, checks, dead_letters.
    Money is in millionths of a US dollar, times are UTC. DuckDB's SQL; docs/warehouse.md explains.

    \b
    Examples:
      tollway sql "SELECT outcome, count(*), sum(spent_usd_micros) FROM runs GROUP BY outcome"
      tollway sql "DESCRIBE calls"
      tollway sql "SELECT * FROM runs" --csv > runs.csv
    """
    if as_json and csv:
        raise click.UsageError("--json and --csv exclude each other; give one of them")
    answer = reader(path).ask(question)
    if as_json:
        click.echo(json_text(answer.as_dicts()))
    else:
        click.echo(csv_text(answer) if csv else table_text(answer))
