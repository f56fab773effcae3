"""`python -m bench.overspend`: Tollway and its peers under the same cap and load."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import orjson

from bench.machine import say
from bench.overspend import plot, report
from bench.overspend.cells import FAULTS, FAULTS_AT, MOST_IN_A_ROW, Fault, Plan
from bench.overspend.conditions import conditions
from bench.overspend.contesting import Contestant, NotRun, Result, Venue, contest
from bench.overspend.judging import Verdict
from bench.overspend.provider.client import provider
from bench.overspend.systems.table import SYSTEMS
from bench.page import renew
from schemas.errors import TollwayError
from streams.settings import load_settings

PAGE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--systems", "names", default=",".join(SYSTEMS), show_default=True)
@click.option("--caps", default="10,1000", show_default=True, help="In calls' worth.")
@click.option("--in-flight", default="1,8,64,256", show_default=True)
@click.option("--faults", default=",".join(FAULTS), show_default=True)
@click.option(
    "--everywhere",
    is_flag=True,
    help="Leave no cell out. Else faults are tried at {} calls' worth with {} in flight, and caps "
    "of up to {} times the calls in flight.".format(*FAULTS_AT, MOST_IN_A_ROW),
)
@click.option("--into", type=PAGE, help="A page to renew, such as docs/overspend.md.")
@click.option("--plot", "image", type=click.Path(dir_okay=False, path_type=Path), help="An SVG.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the tables.")
def main(  # noqa: PLR0913  one for each option
    *,
    names: str,
    caps: str,
    in_flight: str,
    faults: str,
    everywhere: bool,
    into: Path | None,
    image: Path | None,
    as_json: bool,
) -> None:
    r"""See who spends more than the cap, by the provider's own meter.

    Starts what it needs: the provider, Kafka on the JVM, Redis, PostgreSQL, and peers in
    virtualenvs of their own. Exits with 1 when Tollway spent more than a cap and the provider had
    kept to its limits.

    \b
    Examples:
      python -m bench.overspend --into docs/overspend.md --plot docs/overspend.svg
      python -m bench.overspend --systems tollway,naive --caps 10 --in-flight 8,64 --json
      python -m bench.overspend --systems tollway-3 --faults kill,restart --everywhere
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the broker is away on purpose
    plan = Plan(_numbers(caps, "--caps"), _numbers(in_flight, "--in-flight"), _faults(faults))
    plan = Plan(plan.caps, plan.in_flight, plan.faults, everywhere)
    data_dir = load_settings().data_dir.absolute()
    systems = [SYSTEMS[name](name, plan, data_dir) for name in _systems(names)]
    results = asyncio.run(_contest(systems, plan, data_dir))
    settings = {one.name: one.settings for one in systems}
    found = conditions()
    if image is not None:
        plot.draw(report.as_json(results, settings, found), image, data_dir)
    if into is not None:
        renew(into, report.as_text(results, settings, found))
    if as_json:
        click.echo(orjson.dumps(report.as_json(results, settings, found)))
    else:
        click.echo(report.as_text(results, settings, found))
    if any(map(broken, results)):
        raise SystemExit(1)


def broken(one: Result) -> bool:
    """Whether this is a cell in which Tollway did not keep its promise."""
    if not isinstance(one, Verdict) or not one.cell.system.startswith("tollway"):
        return False
    if one.cell.fault == "over_limit":
        return one.details["admitted_after_violation"] > 0
    return one.spent_over_cap > 1 or one.refused_affordable > 0


async def _contest(systems: Sequence[Contestant], plan: Plan, data_dir: Path) -> list[Result]:
    results: list[Result] = []
    with TemporaryDirectory(prefix="tollway-overspend-") as name, provider(Path(name)) as running:
        venue = Venue(running, data_dir, Path(name))
        for one in systems:
            results += await _held(one, venue, plan)
    return results


async def _held(one: Contestant, venue: Venue, plan: Plan) -> list[Result]:
    """One system's cells; those after a failure are reported as not run."""
    cells = list(plan.cells(one.name))
    results: list[Result] = []
    try:
        async for result in contest(one, venue, cells, say):
            results.append(result)  # noqa: PERF401  what came before a failure is kept
    except TollwayError as error:
        say(f"{one.name}: {error}")
        results += [NotRun(cell, str(error)) for cell in cells[len(results) :]]
    return results


def _numbers(text: str, option: str) -> Sequence[int]:
    try:
        numbers = [int(word) for word in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        message = f"{text}: must be whole numbers of 1 or more, with commas between them"
        raise click.BadParameter(message, param_hint=option)
    return numbers


def _faults(text: str) -> Sequence[Fault]:
    words = text.split(",")
    _known(words, FAULTS, "--faults")
    return [fault for fault in FAULTS if fault in words]


def _systems(text: str) -> Sequence[str]:
    words = text.split(",")
    _known(words, tuple(SYSTEMS), "--systems")
    return words


def _known(words: Sequence[str], known: Sequence[str], option: str) -> None:
    if unknown := sorted(set(words) - set(known)):
        message = f"{', '.join(unknown)}: unknown; there are {', '.join(known)}"
        raise click.BadParameter(message, param_hint=option)


if __name__ == "__main__":
    main()
