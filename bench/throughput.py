"""`python -m bench.throughput`: durable runs of Tollway and its peers, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click
import orjson

from bench import report
from bench.conditions import conditions
from bench.machine import say
from bench.measured import Load
from bench.page import renew
from bench.results import Results
from bench.servers.servers import servers
from bench.systems.table import NAMES, System, systems
from schemas.errors import TollwayError
from streams.settings import load_settings


@click.command()
@click.option("--runs", default=5_000, show_default=True, type=click.IntRange(1))
@click.option("--in-flight", default=200, show_default=True, type=click.IntRange(1))
@click.option("--repeat", default=3, show_default=True, type=click.IntRange(1))
@click.option("--systems", "names", default=",".join(NAMES), show_default=True)
@click.option("--driver", type=click.Choice(["faust", "aiokafka"]), default="faust")
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A page whose table to renew, such as docs/performance.md.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def main(  # noqa: PLR0913  one for each option
    *,
    runs: int,
    in_flight: int,
    repeat: int,
    names: str,
    driver: Literal["faust", "aiokafka"],
    into: Path | None,
    as_json: bool,
) -> None:
    r"""Measure durable runs of seven states, and governed runs of the demonstration.

    Starts what it needs (Kafka on the JVM, PostgreSQL, peers in a virtualenv of their own), or
    uses KAFKA_BOOTSTRAP_SERVERS and BENCH_POSTGRES_URL. Takes about ten minutes.

    \b
    Examples:
      python -m bench.throughput
      python -m bench.throughput --systems tollway,aiokafka --runs 10000 --json
      python -m bench.throughput --into docs/performance.md
    """
    wanted = _checked(names)
    load = Load(runs=runs, in_flight=in_flight)
    data_dir = load_settings().data_dir.absolute()
    with servers(data_dir) as running:
        chosen = [one for one in systems(running, data_dir, driver) if one.name in wanted]
        results = measure_all(chosen, load, repeat)
    found = conditions(load, repeat, driver)
    if into is not None:
        renew(into, report.as_text(results, found))
    if as_json:
        click.echo(orjson.dumps(report.as_json(results, found)))
    else:
        click.echo(report.as_text(results, found))


def measure_all(chosen: Sequence[System], load: Load, repeat: int) -> Results:
    """All systems in turn, `repeat` times over; what fails is left out from then on, and said."""
    results = Results()
    for one in chosen:
        if reason := one.unavailable():
            results.drop(one.name, reason)
    for number in range(1, repeat + 1):
        for one in chosen:
            if one.name not in results.reasons:
                say(f"repeat {number} of {repeat}: {one.name} ...")
                _measure(one, load, results)
    return results


def _measure(one: System, load: Load, results: Results) -> None:
    try:
        results.add(one.name, one.measure(load.smaller(one.load_divisor)))
    except TollwayError as error:
        say(f"{one.name}: {error}")
        results.drop(one.name, str(error))


def _checked(names: str) -> frozenset[str]:
    wanted = frozenset(names.split(","))
    if unknown := wanted - set(NAMES):
        message = f"{', '.join(sorted(unknown))}: no such system; there are {', '.join(NAMES)}"
        raise click.BadParameter(message, param_hint="--systems")
    return wanted


if __name__ == "__main__":
    main()
