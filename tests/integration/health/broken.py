"""Processes with one fault each: `python -m tests.integration.health.broken FAULT`.

They are the real ones, composed as in production, with one part replaced.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from agents import composition
from agents.composition import Process
from streams.adapters.feeding import until_first_fails
from streams.adapters.log import ChainedLog
from streams.adapters.ownership import Ownership
from streams.adapters.parts import Decider, Parts
from streams.settings import load_settings
from tests.deployments import CODEC
from tollway.cli.lazy import LazyGroup
from tollway.running import run

if TYPE_CHECKING:
    from aiokafka import AIOKafkaProducer

    from streams.adapters.meter import Meter
    from streams.core.draft import Draft


@dataclass(frozen=True, slots=True)
class UnheardLog(ChainedLog):
    """Its appends are never acknowledged."""

    async def append(self, partition: int, value: bytes) -> asyncio.Future[Any]:  # noqa: ARG002
        return asyncio.get_running_loop().create_future()


@dataclass(frozen=True, slots=True)
class Unheard(Process):
    """A process on such a log."""

    def _parts(self, producer: AIOKafkaProducer, name: str, meter: Meter) -> Parts:
        parts = Process._parts(self, producer, name, meter)
        log = UnheardLog(self.settings, self.codec, producer, self.stream)
        return replace(parts, log=log)


class Stuck:
    """A decider that never returns."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider

    @property
    def topics(self) -> tuple[str, ...]:
        return self._decider.topics

    def decide(self, *_: object) -> Draft:
        while True:
            time.sleep(1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._decider, name)


def append_unheard(worker: Process) -> Any:
    return Unheard(*(getattr(worker, name) for name in worker.__dataclass_fields__)).run()


def decider_stuck(worker: Process) -> Any:
    decider = worker.new_decider
    return replace(worker, new_decider=lambda partition: Stuck(decider(partition))).run()


def deaf(worker: Process) -> Any:
    """What the driver brings is dropped, as a driver may that has lost its way."""
    Ownership.deliver = lambda *_: None  # type: ignore[method-assign]
    return worker.run()


async def two_owners(worker: Process) -> None:
    """Two in different consumer groups, so that both own everything."""
    settings = worker.settings.model_copy(update={"metrics_port": 0})
    rival = replace(worker, role="rival", settings=settings)
    await until_first_fails(worker.run(), rival.run())


def cannot_end(worker: Process) -> Any:
    """What is to be closed at the end never is."""

    async def hang(_: Ownership) -> None:
        await asyncio.Event().wait()

    Ownership.close = hang  # type: ignore[assignment,method-assign]
    return append_unheard(worker)


FAULTS = {
    made.__name__: made for made in (append_unheard, decider_stuck, deaf, two_owners, cannot_end)
}


@click.group(cls=LazyGroup, rows={})
def main() -> None:
    """Shows errors as `tollway` does."""


@main.command()
@click.argument("fault", type=click.Choice(sorted(FAULTS)))
def start(fault: str) -> None:
    """Run a worker with this fault."""
    run(FAULTS[fault](composition.worker(load_settings(), CODEC)))


if __name__ == "__main__":
    main(["start", *sys.argv[1:]])
