"""`python -m bench.wrong_plans`: each recorded step made wrong; how many are stopped, and when."""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from pathlib import Path

import click
import orjson

from bench.page import renew
from bench.wrong_plans import report
from bench.wrong_plans.trying import Trial


@click.command()
@click.option("--requests", type=click.IntRange(1), help="Only so many requests, spread evenly.")
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A page whose table to renew, such as docs/verification.md.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def main(*, requests: int | None, into: Path | None, as_json: bool) -> None:
    r"""Make every recorded plan wrong in every way, and see what becomes of it.

    Decides with the production code on a fresh SQLite store a plan; starts no broker. Exits with
    1 when a right plan is stopped, or when fewer than 99 % of a class that must be stopped before
    the effect are.

    \b
    Examples:
      python -m bench.wrong_plans --requests 50
      python -m bench.wrong_plans --into docs/verification.md
    """
    with tempfile.TemporaryDirectory() as folder, closing(Trial(Path(folder))) as trial:
        found = trial.run(requests)
    if into is not None:
        renew(into, report.as_text(found))
    click.echo(orjson.dumps(found) if as_json else report.as_text(found))
    sys.exit(0 if report.holds(found) else 1)


if __name__ == "__main__":
    main()
