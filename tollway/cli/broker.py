"""`tollway broker`: one local broker a data folder, in the foreground or the background."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import click

from schemas.errors import SettingError
from streams.brokers import jvm, memory
from streams.brokers.broker import Broker
from streams.brokers.running import Running, claimed, find_running, is_claimed
from streams.settings import load_settings

DEFAULT_PORT = 9092
STOP_TIMEOUT_S = 60


@click.group()
def broker() -> None:
    """Start, stop or look at a local Kafka broker, for development and tests.

    Its files are in TOLLWAY_DATA_DIR (default .tollway).
    """


@broker.command()
@click.option("--memory", "in_memory", is_flag=True, help="In memory: no Java, nothing is kept.")
@click.option("--port", type=click.IntRange(1, 65535), help=f"Default {DEFAULT_PORT}.")
@click.option("--detach", is_flag=True, help="Return when it answers; 'stop' ends it.")
def start(*, in_memory: bool, port: int | None, detach: bool) -> None:
    """Start Apache Kafka on this machine's Java, or an in-memory broker.

    \b
    Examples:
      tollway broker start --detach
      tollway broker start --memory
    """
    if in_memory and port is not None:
        raise click.UsageError("--memory chooses its own port; leave --port away")
    data_dir = load_settings().data_dir
    if detach:
        options = ["--memory"] if in_memory else ["--port", str(port or DEFAULT_PORT)]
        _detach(data_dir, options)
    else:
        _serve(data_dir, port or DEFAULT_PORT, in_memory=in_memory)


@broker.command()
def stop() -> None:
    """End the local broker.

    \b
    Example:
      tollway broker stop
    """
    data_dir = load_settings().data_dir
    running = _expect_running(data_dir)
    os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while is_claimed(data_dir):
        if time.monotonic() > deadline:
            raise SettingError(f"the broker does not end; end process {running.pid} by hand")
        time.sleep(0.1)
    click.echo("stopped")


@broker.command()
def status() -> None:
    """Say where the local broker is; exit with 1 when there is none.

    \b
    Example:
      tollway broker status && tollway up --recorded
    """
    _show(_expect_running(load_settings().data_dir))


def _serve(data_dir: Path, port: int, *, in_memory: bool) -> None:
    """Run the broker until a signal ends this process or the broker ends by itself."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    with claimed(data_dir) as claim, _start(data_dir, port, in_memory=in_memory) as started:
        running = Running(started.kind, started.bootstrap_servers, os.getpid())
        claim.announce(running)
        _show(running)
        while started.is_running():
            time.sleep(0.2)
        raise SettingError(f"the broker ended by itself; see the logs in {data_dir / 'kafka'}")


def _start(data_dir: Path, port: int, *, in_memory: bool) -> Broker:
    return memory.start() if in_memory else jvm.start(data_dir, port=port, say=click.echo)


def _leave(*_: object) -> NoReturn:
    raise SystemExit(0)


def _detach(data_dir: Path, options: list[str]) -> None:
    """Run the command in the background, and wait until the broker answers."""
    if is_claimed(data_dir):
        _show(_expect_running(data_dir))
        return
    log = data_dir / "broker.log"
    data_dir.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tollway", "broker", "start", *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while (running := find_running(data_dir)) is None:
        if child.poll() is not None:
            raise SettingError(log.read_text("utf-8").strip().removeprefix("Error: "))
        time.sleep(0.1)
    _show(running)


def _expect_running(data_dir: Path) -> Running:
    running = find_running(data_dir)
    if running is None:
        raise SettingError(f"no local broker in {data_dir}; 'tollway broker start' starts one")
    return running


def _show(running: Running) -> None:
    click.echo(f"TOLLWAY_BOOTSTRAP_SERVERS={running.bootstrap_servers}")
    click.echo(f"TOLLWAY_BROKER_KIND={running.kind}")
