"""`tollway up` and `tollway topics`: a whole stack on this machine, and its topics."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path

import click

from schemas.topics import topics as all_topics
from streams.brokers.running import find_running
from streams.settings import MEMORY_PARTITIONS, Settings, load_settings
from tollway.running import interrupt_on_sigterm
from tollway.topics import ensure_all_topics

CHECK_EVERY_S = 1.0


@click.command()
@click.option("--memory", is_flag=True, help="Start an in-memory broker, gone at exit.")
@click.option("--workers", default=1, show_default=True, help="How many workers.")
@click.option("--tool-pools", default=1, show_default=True, help="How many tool pools.")
@click.option("--recorded", is_flag=True, help="Retail store and recorded model of the demo.")
def up(memory: bool, workers: int, tool_pools: int, recorded: bool) -> None:
    """Start every process and keep them running until interrupted.

    Uses the broker that `tollway broker start` runs, or the one in TOLLWAY_BOOTSTRAP_SERVERS, or
    with --memory one of its own. Publish with `tollway publish`, watch with `tollway outcomes`.

    \b
    Examples:
      tollway up --memory --recorded
      tollway broker start --detach && tollway up --recorded
    """
    from tollway.stack.roles import roles
    from tollway.stack.supervisor import Supervisor

    interrupt_on_sigterm()
    with ExitStack() as running:
        settings = _with_broker(load_settings(), memory, running)
        settings = _with_store(settings) if recorded else settings
        asyncio.run(ensure_all_topics(settings))
        stack = running.enter_context(Supervisor(settings, settings.data_dir / "logs"))
        stack.start(roles(None, workers, tool_pools))
        click.echo(_how_to_use(settings))
        try:
            while True:
                time.sleep(CHECK_EVERY_S)
                stack.check()
        except KeyboardInterrupt:
            click.echo("stopping ...", err=True)


@click.command()
@click.option("--create", is_flag=True, help="Make the topics that are missing.")
def topics(create: bool) -> None:
    """List the topics, what each is for, and who writes and reads it; or make them.

    \b
    Examples:
      tollway topics
      TOLLWAY_REPLICATION=3 tollway topics --create
    """
    if create:
        asyncio.run(ensure_all_topics(load_settings()))
    for topic in all_topics().values():
        if topic.dead_letters is not None:
            flow = f"{', '.join(topic.producers)} -> {', '.join(topic.consumers)}"
            click.echo(f"{topic.name:16} {topic.description}\n{'':16} {flow}; {topic.schema}")


@click.command()
@click.option("--recorded", is_flag=True, help="Also make the retail store of the demo.")
def setup(recorded: bool) -> None:
    """Make what a deployment needs before its processes start: topics, and a store.

    \b
    Example:
      TOLLWAY_STORE_URL=postgresql://me@db/store tollway setup --recorded
    """
    settings = load_settings()
    asyncio.run(ensure_all_topics(settings))
    if recorded:
        _with_store(settings)
    click.echo("topics are there" + (", and so is the store" if recorded else ""))


def _with_broker(settings: Settings, memory: bool, running: ExitStack) -> Settings:
    if memory:
        from streams.brokers import memory as memory_broker

        broker = running.enter_context(memory_broker.start())
        return settings.model_copy(
            update={
                "bootstrap_servers": broker.bootstrap_servers,
                "broker_kind": "memory",
                "partitions": MEMORY_PARTITIONS,
            }
        )
    local = find_running(settings.data_dir)
    if local is None:
        return settings
    return settings.model_copy(
        update={"bootstrap_servers": local.bootstrap_servers, "broker_kind": local.kind}
    )


def _with_store(settings: Settings) -> Settings:
    """The retail store, made if it is not there, and the recorded requests."""
    from tollway.demo.run import scene

    shown = scene(settings)
    url = settings.store_url or f"sqlite:///{_absolute(settings.data_dir)}/store.db"
    shown.ensure_store(url)
    return settings.model_copy(update={"store_url": url, "recordings": shown.REQUESTS})


def _absolute(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _how_to_use(settings: Settings) -> str:
    kind = settings.broker_kind
    return (
        "Tollway is up. In another terminal:\n"
        f"  export TOLLWAY_BOOTSTRAP_SERVERS={settings.bootstrap_servers} "
        f"TOLLWAY_BROKER_KIND={kind}\n"
        "  .venv/bin/tollway outcomes --follow\n"
        "  .venv/bin/tollway publish --workspace acme --user omar_anderson_3203 \\\n"
        "      --workflow retail_support --request 'Where is my order?'\n"
        f"Logs are in {settings.data_dir}/logs. Ctrl-C stops everything."
    )
