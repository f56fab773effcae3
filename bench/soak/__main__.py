"""`python -m bench.soak`: a steady load for long, and whether memory and tables stay bounded."""

from __future__ import annotations

import logging
from pathlib import Path

import click
import orjson

from bench.machine import say
from bench.page import renew
from bench.soak import report
from bench.soak.running import Soak
from streams.settings import load_settings

REMEMBERED_SHARE = 1 / 6
"""Of the soak, without --remember-minutes: what is remembered is full long before the last half."""


@click.command()
@click.option("--minutes", default=60.0, show_default=True, type=click.FloatRange(0.5))
@click.option("--rate", default=5.0, show_default=True, help="Runs a second.")
@click.option(
    "--remember-minutes",
    type=click.FloatRange(0.05),
    help="How long ended runs are remembered; a sixth of --minutes when not given.",
)
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A page whose table to renew, such as docs/soak.md.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def main(
    *,
    minutes: float,
    rate: float,
    remember_minutes: float | None,
    into: Path | None,
    as_json: bool,
) -> None:
    r"""Run a whole Tollway at a steady rate; see whether memory, files, threads, tables grow.

    Starts Kafka on the JVM, or uses KAFKA_BOOTSTRAP_SERVERS. Exits with 1 when something grows
    faster than its limit, or when a run has no outcome.

    \b
    Examples:
      python -m bench.soak --into docs/soak.md
      python -m bench.soak --minutes 5 --rate 10 --json
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    soak = Soak(minutes, rate, remember_minutes or minutes * REMEMBERED_SHARE, say)
    found = soak.run(load_settings().data_dir.absolute())
    shown = report.as_json(found, soak.conditions())
    if into is not None:
        renew(into, report.as_text(shown))
    click.echo(orjson.dumps(shown) if as_json else report.as_text(shown))
    if shown["not_flat"] or shown["not_ended"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
