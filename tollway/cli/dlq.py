"""`tollway dlq`: dead letters, and what is done with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schemas.topics import topics
from streams.settings import load_settings
from tollway.cli.audit import export_option
from tollway.cli.tabular import json_option, json_text
from tollway.codecs import open_codec
from tollway.letters.names import Name, Wanted, origin, parse_name, parse_since

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tollway.cli.letter_work import Report
    from tollway.letters.reading import Letters

WITH_TWINS = [topic.name for topic in topics().values() if topic.dead_letters]
Decorated = Callable[..., Any]


def _checked(parse: Callable[[str], Any]) -> Callable[..., Any]:
    """A click callback that shows what `parse` does not take."""

    def callback(_: click.Context, __: click.Parameter, given: Any) -> Any:
        try:
            if isinstance(given, tuple):
                return tuple(parse(text) for text in given)
            return None if given is None else parse(given)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error

    return callback


def _topic(text: str) -> str:
    if origin(text) not in WITH_TWINS:
        raise ValueError(f"no topic is called {text!r}; there are {', '.join(WITH_TWINS)}")
    return origin(text)


def _since(text: str) -> int:
    return parse_since(text, datetime.now(UTC))


def filters(command: Decorated) -> Decorated:
    """Options that choose letters."""
    for option in (
        click.option("--since", callback=_checked(_since), help="Found since: a time, or 90m, 2h."),
        click.option("--reason", help="Only this kind of error, for instance NotFramed."),
        click.option("--topic", callback=_checked(_topic), help="Only letters of this topic."),
    ):
        command = option(command)
    return command


def acting(command: Decorated) -> Decorated:
    """Options of what changes something, and the letters that it is about."""
    for decorate in (
        click.option("--again", is_flag=True, help="Also what was handled before."),
        click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing."),
        click.option("--why", required=True, help="Your reason; it is kept with the action."),
        filters,
        click.option("--all", "every", is_flag=True, help="All open letters that options choose."),
        click.argument("names", nargs=-1, metavar="[LETTER]...", callback=_checked(parse_name)),
    ):
        command = decorate(command)
    return command


@click.group()
def dlq() -> None:
    """Look at dead letters, drive them again, or drop them.

    A LETTER is named TOPIC/PARTITION/OFFSET, after where its record was. docs/dead_letters.md
    explains.
    """


@dlq.command("list")
@filters
@click.option("--open", "only_open", is_flag=True, help="Only what nothing was done with yet.")
@export_option
@json_option
def list_letters(
    topic: str | None,
    reason: str | None,
    since: int | None,
    only_open: bool,
    export: Path | None,
    as_json: bool,
) -> None:
    """List dead letters, the oldest first, and what was done with them.

    \b
    Examples:
      tollway dlq list --open
      tollway dlq list --topic state.plan --since 2h --json
    """
    from tollway.cli.letter_text import as_dict, listed

    letters = asyncio.run(_read(export, [topic] if topic else WITH_TWINS))
    chosen = letters.chosen(Wanted(topic, reason, since, only_open))
    if as_json:
        click.echo(json_text([as_dict(held, open_codec(load_settings())) for held in chosen]))
    else:
        click.echo(listed(chosen))


@dlq.command()
@click.argument("name", metavar="LETTER", callback=_checked(parse_name))
@export_option
@json_option
def show(name: Name, export: Path | None, as_json: bool) -> None:
    """Show everything about a LETTER: reason, causes, headers, bytes, and the record in them.

    \b
    Example:
      tollway dlq show state.plan/3/17
    """
    from tollway.cli.letter_text import as_dict, shown

    held = asyncio.run(_read(export, [name.topic])).named(name)
    codec = open_codec(load_settings())
    click.echo(json_text(as_dict(held, codec)) if as_json else shown(held, codec))


@dlq.command()
@acting
def redrive(**given: Any) -> None:
    """Drive the requests behind LETTERS again, each as a new run.

    A letter of the topic intake is published there as it was. For any other letter its run's own
    request is published with a new event id, which is the same however often you do this. See
    'tollway run show' first: the new run does all work again, what its old run has done included.
    Exits with 1 when a letter was refused; the others are done all the same.

    \b
    Examples:
      tollway dlq redrive state.plan/3/17 --why "the plan state is mended" --dry-run
      tollway dlq redrive --all --topic intake --reason UnknownSchema --why "schema registered"
    """
    _act("redrive", **given)


@dlq.command()
@acting
def drop(**given: Any) -> None:
    """Set LETTERS aside for good: recorded as handled, and nothing else.

    The letter stays in its topic as long as Kafka keeps it. Exits with 1 when one was refused.

    \b
    Examples:
      tollway dlq drop call.results/0/4 --why "sent by a test"
      tollway dlq drop --all --topic intake --since 1h --why "a scanner" --dry-run
    """
    _act("drop", **given)


def _act(  # one parameter an option
    action: str,
    names: tuple[Name, ...],
    every: bool,
    topic: str | None,
    reason: str | None,
    since: int | None,
    why: str,
    dry_run: bool,
    again: bool,
) -> None:
    from tollway.cli.letter_work import Asked, work

    if bool(names) == every:
        raise click.UsageError("name LETTERS or give --all, one of the two")
    if names and (topic or reason or since is not None):
        raise click.UsageError("--topic, --reason and --since choose among --all; leave them away")
    wanted = Wanted(topic, reason, since, only_open=not again)
    asked = Asked(action, names, wanted, why, dry_run=dry_run, again=again)
    _tell(asyncio.run(work(load_settings(), asked)))


def _tell(report: Report) -> None:
    for line in report.done:
        click.echo(line)
    for line in report.refused:
        click.echo(f"refused: {line}", err=True)
    if report.refused:
        raise SystemExit(1)
    if not report.done:
        click.echo("no letter is open that fits")


async def _read(export: Path | None, of: Sequence[str]) -> Letters:
    from streams.sources.opening import open_source
    from tollway.letters.reading import read_letters

    settings = load_settings()
    async with open_source(settings, export) as source:
        letters = await read_letters(source, open_codec(settings), of)
    for stranger in letters.strangers:
        click.echo(f"passed over {stranger}", err=True)
    return letters
