"""`tollway approvals`: what people are asked, and their answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from streams.settings import load_settings
from tollway.cli.audit import export_option
from tollway.cli.tabular import json_option, json_text
from tollway.codecs import open_codec

if TYPE_CHECKING:
    from schemas.records import Approval, ApprovalVerdict
    from tollway.approvals.reading import Known

NOT_COUNTED, NOT_DECIDED = 1, 3
"""Exit codes: the decision was refused; nothing is known of it yet."""


def answering(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every answer needs."""
    for decorate in (
        json_option,
        click.option(
            "--wait",
            "wait_s",
            type=click.FloatRange(0),
            default=10.0,
            show_default=True,
            help="Seconds to wait for what becomes of it.",
        ),
        click.option("--role", "roles", multiple=True, help="Decide in this role alone."),
        click.option("--reason", required=True, help="Why; it is kept with the decision."),
        click.option("--as", "approver", required=True, help="Your identity in approvers.yaml."),
        click.argument("name", metavar="ID"),
    ):
        command = decorate(command)
    return command


@click.group()
def approvals() -> None:
    """Look at what people are asked, and answer.

    An ID may be shortened to its beginning. Answers exit with 0 when the decision counts, with 1
    when it is refused, and with 3 when nothing is known of it yet. docs/approvals.md explains.
    """


@approvals.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only what nobody has answered yet.")
@export_option
@json_option
def list_questions(only_open: bool, export: Path | None, as_json: bool) -> None:
    """List questions, the oldest first, and how each stands.

    \b
    Examples:
      tollway approvals list --open
      tollway approvals list --export backup/2026-11 --json
    """
    from tollway.cli.approvals_text import as_dict, listed

    known = asyncio.run(_read(export)).values()
    chosen = [held for held in known if held.is_open or not only_open]
    click.echo(json_text([as_dict(held) for held in chosen]) if as_json else listed(chosen))


@approvals.command()
@click.argument("name", metavar="ID")
@export_option
@json_option
def show(name: str, export: Path | None, as_json: bool) -> None:
    """Show exactly what would happen, why, at what cost, on what evidence, and what became of it.

    \b
    Example:
      tollway approvals show 5a37e8d1
    """
    from tollway.approvals.reading import named
    from tollway.cli.approvals_text import as_dict, shown

    held = named(asyncio.run(_read(export)), name)
    click.echo(json_text(as_dict(held)) if as_json else shown(held))


@approvals.command()
@answering
def approve(**given: Any) -> None:
    """Say yes to exactly what 'tollway approvals show ID' shows.

    \b
    Example:
      tollway approvals approve 5a37e8d1 --as lea@example.com --reason "the photo shows it"
    """
    _answer("approve", **given)


@approvals.command()
@answering
def deny(**given: Any) -> None:
    """Say no: the call is not made, and its run goes on without it.

    \b
    Example:
      tollway approvals deny 5a37e8d1 --as lea@example.com --reason "no photo"
    """
    _answer("deny", **given)


@approvals.command()
@answering
def happened(**given: Any) -> None:
    """Say that a call in doubt has happened: its step is done, and is not done again.

    \b
    Example:
      tollway approvals happened 5a37e8d1 --as fay@example.com --reason "it is in the books"
    """
    _answer("happened", **given)


@approvals.command("never-happened")
@answering
def never_happened(**given: Any) -> None:
    """Say that a call in doubt has not happened and cannot any more: it is tried again.

    \b
    Example:
      tollway approvals never-happened 5a37e8d1 --as fay@example.com --reason "not in the books"
    """
    _answer("never_happened", **given)


def _answer(
    verdict: ApprovalVerdict,
    name: str,
    approver: str,
    reason: str,
    roles: tuple[str, ...],
    wait_s: float,
    as_json: bool,
) -> None:
    from tollway.approvals.deciding import Said
    from tollway.cli.approvals_text import became

    record = asyncio.run(_decide(name, Said(verdict, approver, reason, roles), wait_s))
    if as_json:
        click.echo(json_text(record))
    elif record is None:
        click.echo(
            f"published; nothing became of it within {wait_s:g} s. 'tollway approvals show {name}' "
            "says later; are gateway and worker running?",
            err=True,
        )
    else:
        click.echo(became(record), err=record["status"] == "refused")
    if record is None:
        raise SystemExit(NOT_DECIDED)
    if record["status"] == "refused":
        raise SystemExit(NOT_COUNTED)


async def _read(export: Path | None) -> dict[str, Known]:
    from streams.sources.opening import open_source
    from tollway.approvals.reading import read_questions

    settings = load_settings()
    async with open_source(settings, export) as source:
        return await read_questions(source, open_codec(settings))


async def _decide(name: str, said: Any, wait_s: float) -> Approval | None:
    from streams.sources.opening import open_source
    from tollway.approvals.deciding import Desk
    from tollway.approvals.reading import named, read_questions

    settings = load_settings()
    codec = open_codec(settings)
    async with open_source(settings, None) as source:
        held = named(await read_questions(source, codec), name)
        return await Desk(settings, codec, source).decide(held, said, wait_s)
