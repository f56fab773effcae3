"""`tollway audit`: does the ledger hold, and does the warehouse equal it?"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.errors import ContractError
from streams.settings import Settings, load_settings
from tollway.cli.tabular import as_json as json_text
from tollway.cli.tabular import json_option, path_option, warehouse_path
from tollway.codecs import open_codec

if TYPE_CHECKING:
    from schemas.codec import Codec
    from streams.core.audit.findings import Report
    from streams.core.audit.redecide import Production
    from streams.core.workflow import Workflow

export_option = click.option(
    "--export", type=click.Path(path_type=Path), help="Read an export in place of Kafka."
)


@click.group()
def audit() -> None:
    """Check the ledger, the journals and the warehouse."""


@audit.command()
@export_option
@click.option("--redecide", is_flag=True, help="Also make every decision again and compare.")
@json_option
def verify(export: Path | None, redecide: bool, as_json: bool) -> None:
    r"""Check every block, and exit with 1 when anything is wrong.

    Each chain is unbroken; what was forwarded is what was decided; the money adds up and no cap
    is exceeded; every run has one outcome at most; no call was answered without its claim.
    Reads only. docs/audit.md explains each finding.

    \b
    Examples:
      tollway audit verify
      tollway audit verify --export backup/2026-11 --redecide
    """
    report = asyncio.run(_verify(load_settings(), export, redecide))
    click.echo(json_text(_as_dict(report)) if as_json else _in_words(report))
    if not report.passed:
        raise SystemExit(1)


@audit.command()
@export_option
@path_option
@json_option
def warehouse(export: Path | None, path: Path | None, as_json: bool) -> None:
    r"""Check that the warehouse equals a fold of the ledger, and exit with 1 when it does not.

    \b
    Example:
      tollway audit warehouse --export backup/2026-11
    """
    found = asyncio.run(_differences(load_settings(), export, warehouse_path(path)))
    if as_json:
        click.echo(json_text([asdict(difference) for difference in found]))
    else:
        click.echo("\n".join(map(str, found)) or "The warehouse equals the fold of the ledger.")
    if found:
        raise SystemExit(1)


async def _verify(settings: Settings, export: Path | None, redecide: bool) -> Report:
    from streams.sources.opening import open_source
    from streams.sources.verify import Verification

    codec = open_codec(settings)
    workflows = _workflows(settings, codec, required=redecide)
    contracts = {w.versions["contract"]: w.contract for w in workflows.values()}
    production = _production(codec, workflows) if redecide else None
    async with open_source(settings, export) as source:
        return await Verification(source, codec, contracts, production).run()


async def _differences(settings: Settings, export: Path | None, path: Path) -> list[Difference]:
    from sinks.warehouse.reconcile import differences
    from streams.sources.opening import open_source

    async with open_source(settings, export) as source:
        return await differences(path, source, open_codec(settings))


def _workflows(settings: Settings, codec: Codec, *, required: bool) -> dict[str, Workflow]:
    """The workflows deployed here. Without them caps cannot be checked, and all else can."""
    from agents.workflows import load_workflows

    try:
        return load_workflows(settings.workflows_dir, codec)
    except ContractError:
        if required:
            raise
        return {}
