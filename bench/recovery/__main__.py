"""`python -m bench.recovery`: how soon a worker with many live entries decides again."""

from __future__ import annotations

import logging
from pathlib import Path

import click
import orjson

from bench.machine import machine, say
from bench.page import renew
from bench.recovery import report
from bench.recovery.entries import MIX
from bench.recovery.measuring import Recovery
from bench.servers import kafka
from streams.settings import load_settings


@click.command()
@click.option("--entries", default=200_000, show_default=True, type=click.IntRange(1))
@click.option("--partitions", default=12, show_default=True, type=click.IntRange(2))
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A page whose table to renew, such as docs/recovery.md.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def main(*, entries: int, partitions: int, into: Path | None, as_json: bool) -> None:
    r"""Fill a ledger with live table entries, then time how workers come to its partitions.

    Cold start, rebalance, takeover by another worker after kill -9, restart after kill -9. Starts
    Kafka on the JVM, or uses KAFKA_BOOTSTRAP_SERVERS.

    \b
    Examples:
      python -m bench.recovery --into docs/recovery.md
      python -m bench.recovery --entries 20000 --json
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a worker is killed on purpose
    with kafka.running(load_settings().data_dir.absolute()) as address:
        found = Recovery(entries, partitions, say).run(address)
    shown = report.as_json(found, _conditions(partitions))
    if into is not None:
        renew(into, report.as_text(shown))
    click.echo(orjson.dumps(shown) if as_json else report.as_text(shown))


def _conditions(partitions: int) -> dict[str, str]:
    return {
        "entries": MIX,
        "Kafka": f"{kafka.version()}, {partitions} partitions, 1 replica",
        **machine(),
    }


if __name__ == "__main__":
    main()
