"""`tollway budget show` and `forecast`: every cap, what is used of it, and how long it lasts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from streams.core.caps import Scope
from streams.settings import load_settings
from tollway.cli.audit import export_option
from tollway.cli.tabular import json_option, json_text

if TYPE_CHECKING:
    from tollway.budget.now import Now

SCOPES = (*get_args(Scope), "organization", "vendor")
Decorated = Callable[..., Any]


def _at(_: click.Context, __: click.Parameter, given: str | None) -> int | None:
    try:
        at = None if given is None else datetime.fromisoformat(given)
    except ValueError as error:
        raise click.BadParameter(f"{error}; give a time such as 2026-11-24T18:00Z") from error
    if at is None:
        return None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def choosing(command: Decorated) -> Decorated:
    """Options that choose accounts and the moment."""
    for decorate in (
        json_option,
        export_option,
        click.option(
            "--at",
            "at_ms",
            callback=_at,
            help="As it stood then (UTC where no zone is given); default now, or the end of an "
            "export.",
        ),
        click.option("--scope", type=click.Choice(SCOPES), help="Only caps of this kind."),
        click.option("--tool", help="Only this tool, retriever or model."),
        click.option("--user", help="Only this user."),
        click.option("--workspace", help="Only this workspace."),
    ):
        command = decorate(command)
    return command


@click.command()
@choosing
@click.option("--runs", "with_runs", is_flag=True, help="Also the runs behind each, largest first.")
def show(
    *,
    with_runs: bool,
    export: Path | None,
    at_ms: int | None,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Show every cap that money moves under: spent, reserved, carried over, and what is left.

    One row for each account in its current window. Carried over is what calls of the window
    before still hold. An account that nothing moved in this window has all of its cap left and is
    not listed. Caps are those of the contracts in TOLLWAY_WORKFLOWS_DIR. Caps that workspaces
    share stand below, with what each of them holds.

    \b
    Examples:
      tollway budget show --workspace acme
      tollway budget show --scope user --runs
      tollway budget show --export backup/2026-11 --at 2026-11-24T18:00Z --json
    """
    from tollway.cli.budget_text import now_as_dict, now_in_words

    now = asyncio.run(_now(export, at_ms, wanted))
    click.echo(json_text(now_as_dict(now, with_runs)) if as_json else now_in_words(now, with_runs))


@click.command()
@choosing
def forecast(*, export: Path | None, at_ms: int | None, as_json: bool, **wanted: Any) -> None:
    """Say when each cap is reached if spending goes on as it has in the window so far.

    Linear and no cleverer: what is spent and held now, spread evenly over the part of the window
    that has passed. Where that says nothing, the row says why.

    \b
    Examples:
      tollway budget forecast --workspace acme
      tollway budget forecast --scope tool --tool gpt-4.1-mini --json
    """
    from tollway.cli.budget_text import forecast_as_dict, forecast_in_words

    now = asyncio.run(_now(export, at_ms, wanted))
    click.echo(json_text(forecast_as_dict(now)) if as_json else forecast_in_words(now))


async def _now(export: Path | None, at_ms: int | None, wanted: dict[str, str | None]) -> Now:
    from streams.sources.opening import open_source
    from tollway.budget.now import read_now
    from tollway.budget.reading import now_ms
    from tollway.budget.standing import Wanted
    from tollway.cli.audit import workflows
    from tollway.codecs import open_codec

    settings = load_settings()
    codec = open_codec(settings)
    known = workflows(settings, codec, required=False)
    async with open_source(settings, export) as source:
        at = at_ms if at_ms is not None or export is not None else now_ms()
        return await read_now(source, codec, known, at, Wanted(**wanted))
