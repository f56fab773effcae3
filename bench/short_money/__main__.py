"""`python -m bench.short_money`: requests under a workspace cap that fits half of them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import click
import orjson

from bench.machine import machine, say
from bench.page import renew
from bench.servers import kafka
from bench.short_money import report
from bench.short_money.running import ROLES, UNDER_WAY, Found, ShortMoney
from streams.brokers import memory
from streams.settings import MEMORY_PARTITIONS, Settings, load_settings


@click.command()
@click.option("--requests", default=1_000, show_default=True, type=click.IntRange(10))
@click.option("--percent", default=50, show_default=True, type=click.IntRange(1, 100))
@click.option(
    "--kafka", "on_kafka", is_flag=True, help="On Kafka in place of the broker in memory."
)
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A page whose table to renew, such as docs/short-money.md.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def main(*, requests: int, percent: int, on_kafka: bool, into: Path | None, as_json: bool) -> None:
    r"""Send requests to one workspace whose cap fits PERCENT of them, then raise the cap.

    Exits with 1 when more than the cap was spent, when the books of the money disagree, when a run
    was refused before the ladder was used, or without a reason that a person understands.

    \b
    Examples:
      python -m bench.short_money --into docs/short-money.md
      python -m bench.short_money --requests 100 --json
    """
    folder = Path(mkdtemp(prefix="tollway-short-money-"))
    with _broker(on_kafka=on_kafka) as settings:
        found = asyncio.run(ShortMoney(requests, percent, folder, say).run(settings))
    shown = found, _conditions(on_kafka=on_kafka)
    if into is not None:
        renew(into, report.as_text(*shown))
    click.echo(orjson.dumps(report.as_json(*shown)) if as_json else report.as_text(*shown))
    if not sound(found):
        say(f"logs and store are in {folder}")
        raise SystemExit(1)
    shutil.rmtree(folder, ignore_errors=True)


def sound(found: Found) -> bool:
    """Whether all that is promised held."""
    stages = [stage for stage in (found.short, found.raised) if stage is not None]
    within = all(stage.spent_over_cap <= 1 and stage.books_agree for stage in stages)
    explained = all(stage.unexplained == 0 for stage in stages)
    return within and explained and found.short.ladder_before_refusals


@contextmanager
def _broker(*, on_kafka: bool) -> Iterator[Settings]:
    if on_kafka:
        with kafka.running(load_settings().data_dir.absolute()) as address:
            yield _settings(address, "kafka")
    else:
        with memory.start() as broker:
            yield _settings(broker.bootstrap_servers, "memory")


def _settings(address: str, kind: str) -> Settings:
    return Settings(
        bootstrap_servers=address,
        broker_kind=kind,
        partitions=MEMORY_PARTITIONS,
        driver="aiokafka",
    )


def _conditions(*, on_kafka: bool) -> dict[str, str]:
    return {
        "broker": f"{kafka.version()}, 1 replica" if on_kafka else "in memory",
        "load": f"{UNDER_WAY} runs under way; {len(ROLES)} processes",
        **machine(),
    }


if __name__ == "__main__":
    main()
