"""`python -m bench.chaos`: faults under load on real Kafka, counted afterwards."""

from __future__ import annotations

import logging
from pathlib import Path

import click
import orjson

from bench.chaos import report
from bench.chaos.running import Chaos
from bench.chaos.without import RULES
from bench.machine import say
from bench.page import renew
from streams.settings import load_settings


@click.command()
@click.option("--runs", default=20_000, show_default=True, type=click.IntRange(1))
@click.option("--faults", default=50, show_default=True, type=click.IntRange(0))
@click.option("--in-flight", default=300, show_default=True, type=click.IntRange(1))
@click.option("--without", type=click.Choice(sorted(RULES)), help="Do without this rule.")
@click.option("--seed", default=34, show_default=True, help="Decides which faults come when.")
@click.option(
    "--stalled-after",
    default=180.0,
    show_default=True,
    help="Seconds without an outcome after which the runs that are left count as lost.",
)
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A page whose table to renew, such as docs/chaos.md.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def main(  # noqa: PLR0913  one for each option
    *,
    runs: int,
    faults: int,
    in_flight: int,
    without: str | None,
    seed: int,
    stalled_after: float,
    into: Path | None,
    as_json: bool,
) -> None:
    r"""Kill, freeze and restart processes and broker under load; count what was lost or repeated.

    Starts Kafka on the JVM, or uses KAFKA_BOOTSTRAP_SERVERS, which is then not restarted. Exits
    with 1 when a promise was broken.

    \b
    Examples:
      python -m bench.chaos --into docs/chaos.md
      python -m bench.chaos --runs 500 --faults 10 --without chain --json
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the broker is away on purpose
    chaos = Chaos(runs, faults, min(in_flight, runs), seed, without, stalled_after, say)
    counts = chaos.run(load_settings().data_dir.absolute())
    conditions = chaos.conditions()
    if into is not None:
        renew(into, report.as_text(counts, conditions))
    if as_json:
        click.echo(orjson.dumps(report.as_json(counts, conditions)))
    else:
        click.echo(report.as_text(counts, conditions))
    if counts.violations:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
