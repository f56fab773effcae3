"""`tollway replay`: a past run step by step, from the topics and the ledger."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.errors import TollwayError
from streams.settings import Settings, load_settings
from tollway.cli.tabular import json_option, json_text
from tollway.codecs import open_codec

if TYPE_CHECKING:
    from schemas.codec import Codec
    from streams.sources.replay import Step
    from tollway.cli.retelling import Retelling


class NoSuchRun(TollwayError):
    """No run on the ledger has this name, or several have."""


@click.command()
@click.argument("run_name", metavar="RUN")
@click.option("--export", type=click.Path(path_type=Path), help="Read an export in place of Kafka.")
@json_option
def replay(run_name: str, export: Path | None, as_json: bool) -> None:
    """Go through a past RUN step by step, as its topics and the ledger have it.

    For each step: what came in, what was decided, what went out, and what the engine and the
    workflows deployed here would decide now. No model, retriever or tool is called and nothing
    is written. RUN is the id of the run, the beginning of it, or the id of its intake event.

    \b
    Examples:
      tollway replay 5a37e8d10154
      tollway replay train-016 --export backup/2026-11
    """
    retelling, steps = asyncio.run(_read(load_settings(), export, run_name))
    if as_json:
        click.echo(json_text([retelling.as_dict(step) for step in steps]))
    else:
        click.echo(retelling.in_words(steps))


async def _read(settings: Settings, export: Path | None, name: str) -> tuple[Retelling, list[Step]]:
    from agents.workflows import load_workflows
    from streams.sources.opening import open_source
    from streams.sources.replay import Replay
    from tollway.cli.production import production
    from tollway.cli.retelling import Retelling

    codec: Codec = open_codec(settings)
    workflows = load_workflows(settings.workflows_dir, codec)
    async with open_source(settings, export) as source:
        found = await Replay(source, codec, production(codec, workflows, settings)).steps(name)
    return Retelling(codec, workflows), _only(found, name)


def _only(found: dict[str, list[Step]], name: str) -> list[Step]:
    if name in found:
        return found[name]
    if len(found) > 1:
        several = "\n".join(f"  {run_id}" for run_id in sorted(found))
        raise NoSuchRun(f"{len(found)} runs are called {name}; give more of the id:\n{several}")
    if not found:
        raise NoSuchRun(f"no run or event on this ledger is called {name}; see 'tollway runs'")
    return next(iter(found.values()))
