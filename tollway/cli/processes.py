"""`tollway worker`, `pool` and `gateway`: the processes that carry runs."""

from __future__ import annotations

import click

from streams.settings import load_settings
from tollway.codecs import open_codec
from tollway.running import run


@click.command()
def worker() -> None:
    """Decide: consume every state topic and append to the ledger.

    Start as many as you like, up to one a partition; each owns whole partitions.

    \b
    Example:
      TOLLWAY_BOOTSTRAP_SERVERS=kafka:9092 tollway worker
    """
    from agents import composition

    settings = load_settings()
    run(composition.worker(settings, open_codec(settings)).run())


@click.command()
@click.argument("kind", type=click.Choice(["model", "retrieval", "tool"]))
def pool(kind: str) -> None:
    """Perform calls of one KIND: ask models, read, or act through tools.

    \b
    Example:
      TOLLWAY_STORE_URL=sqlite:///store.db tollway pool tool
    """
    from agents import composition

    settings = load_settings()
    run(composition.pool(settings, open_codec(settings), kind).run())


@click.command()
def gateway() -> None:
    """Check what outsiders publish and put it on the partition of its workspace.

    Events that do not conform go to the topic intake.dead with field and reason.

    \b
    Example:
      tollway gateway
    """
    from agents import composition
    from agents.gateway import Gateway, run_gateway

    settings = load_settings()
    name = composition.identity("gateway")
    run(
        run_gateway(
            settings,
            Gateway(
                open_codec(settings),
                settings.partitions,
                name,
                composition.now_ms,
                settings.topic_prefix,
            ),
        )
    )
