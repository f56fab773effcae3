"""`tollway simulate`: whole histories of trouble on a simulated log, each from one seed."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tollway.cli.tabular import json_option, json_text

if TYPE_CHECKING:
    from simulation.campaign import Campaign
    from simulation.world import Plan

SEEDS = 100
"""When neither a number nor a time is given."""
TELL_EVERY_S = 10.0


@click.command()
@click.option("--seeds", type=click.IntRange(min=1), help="How many histories; default 100.")
@click.option("--first", type=click.IntRange(min=0), default=0, help="The first seed; default 0.")
@click.option("--runs", type=click.IntRange(1, 1000), default=50, help="Runs in each; default 50.")
@click.option("--seconds", type=click.FloatRange(min=0), help="Begin none after this time.")
@click.option("--processes", type=click.IntRange(min=1), default=1, help="How many share the work.")
@click.option("--crash-at", metavar="POINT", help="Crash at this point only, and often.")
@json_option
def simulate(
    seeds: int | None,
    first: int,
    runs: int,
    seconds: float | None,
    processes: int,
    crash_at: str | None,
    as_json: bool,
) -> None:
    """Try whole histories of trouble, and exit with 1 when an invariant breaks.

    Workers, pools, timers and sink run in this process on a simulated log with a virtual clock;
    a seed decides about deliveries, crashes, zombies, lost sends and slow providers. Needs no
    Kafka. A seed is a history: the command that is printed repeats it. docs/simulation.md says
    more.

    \b
    Examples:
      tollway simulate --seeds 1000 --processes 2
      tollway simulate --first 4711 --seeds 1 --runs 6
      tollway simulate --seconds 60 --crash-at APPENDED
    """
    from simulation.campaign import run

    if not __debug__:
        click.echo("Crash points are left out: Python runs optimised (-O).", err=True)
    if seeds is None and seconds is None:
        seeds = SEEDS
    plans = _plans(first, seeds, runs, crash_at)
    campaign = run(plans, seconds, _Progress(seeds), processes)
    click.echo(json_text(_as_dict(campaign)) if as_json else _in_words(campaign, runs))
    if campaign.violation is not None:
        raise SystemExit(1)


def _plans(first: int, seeds: int | None, runs: int, crash_at: str | None) -> Iterator[Plan]:
    from simulation.world import Plan
    from streams.adapters.crash_points import CrashPoint

    point = None
    if crash_at is not None:
        if crash_at not in CrashPoint.__members__:
            known = ", ".join(CrashPoint.__members__)
            raise click.BadParameter(f"{crash_at} is not one of: {known}", param_hint="--crash-at")
        point = CrashPoint[crash_at]
    numbers = itertools.count(first) if seeds is None else range(first, first + seeds)
    return (Plan(seed, runs, point) for seed in numbers)


class _Progress:
    """Says now and then how far it is, on standard error."""

    def __init__(self, seeds: int | None) -> None:
        self._of = "" if seeds is None else f" of {seeds}"
        self._told_at = time.monotonic()

    def __call__(self, campaign: Campaign) -> None:
        if time.monotonic() - self._told_at >= TELL_EVERY_S:
            self._told_at = time.monotonic()
            click.echo(f"{campaign.seeds}{self._of} histories, all invariants held", err=True)


def _in_words(campaign: Campaign, runs: int) -> str:
    crashes = sum(campaign.crashes.values())
    lived = (
        f"{campaign.seeds} histories of {runs} runs in {campaign.seconds:.0f} s: "
        f"{campaign.valid_blocks} blocks, {campaign.void_blocks} void, {crashes} crashes."
    )
    if campaign.violation is None:
        return f"{lived}\nEvery invariant held."
    return f"{lived}\nBROKEN {campaign.violation}\nTo see it again: {_again(campaign)}"


def _again(campaign: Campaign) -> str | None:
    from simulation.running import command

    return None if campaign.broken is None else command(campaign.broken)


def _as_dict(campaign: Campaign) -> dict[str, object]:
    violation = campaign.violation
    return {
        "passed": violation is None,
        "seeds": campaign.seeds,
        "seconds": round(campaign.seconds, 3),
        "valid_blocks": campaign.valid_blocks,
        "void_blocks": campaign.void_blocks,
        "crashes": dict(campaign.crashes),
        "digest": campaign.digest,
        "invariant": None if violation is None else violation.invariant,
        "violation": None if violation is None else str(violation),
        "again": _again(campaign),
    }
