"""`tollway audit`: whether the ledger holds, and whether the warehouse equals it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.errors import ContractError
from streams.settings import Settings, load_settings
from tollway.cli.tabular import json_option, json_text, path_option, warehouse_path
from tollway.codecs import open_codec

if TYPE_CHECKING:
    from schemas.codec import Codec
    from sinks.warehouse.reconcile import Difference
    from streams.core.audit.findings import Report
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
    """Check every block, and exit with 1 when anything is wrong.

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
    """Check that the warehouse equals a fold of the ledger, and exit with 1 when it does not.

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
    from tollway.cli.production import production

    codec = open_codec(settings)
    known = workflows(settings, codec, required=redecide)
    contracts = {w.versions["contract"]: w.contract for w in known.values()}
    books = {w.versions["price_book"]: w.prices for w in known.values()}
    deciding = production(codec, known, settings) if redecide else None
    async with open_source(settings, export) as source:
        return await Verification(source, codec, contracts, deciding, books=books).run()


async def _differences(settings: Settings, export: Path | None, path: Path) -> list[Difference]:
    from sinks.warehouse.reconcile import differences
    from streams.sources.opening import open_source

    async with open_source(settings, export) as source:
        return await differences(path, source, open_codec(settings))


def workflows(settings: Settings, codec: Codec, *, required: bool) -> dict[str, Workflow]:
    """The workflows deployed here. Without them caps cannot be checked, and all else can."""
    from agents.workflows import load_workflows

    try:
        return load_workflows(settings.workflows_dir, codec)
    except ContractError:
        if required:
            raise
        return {}


def _in_words(report: Report) -> str:
    lines = [f"{count:10}  {what}" for what, count in sorted(report.counts.items())]
    lines += [
        f"head {head.stream}/{head.partition} offset {head.offset} {head.hash_hex}"
        for head in report.heads
    ]
    lines += [f"FOUND {finding}" for finding in report.findings]
    number = len(report.findings)
    lines.append("Everything holds." if report.passed else f"{number} findings; see docs/audit.md.")
    return "\n".join(lines)


def _as_dict(report: Report) -> dict[str, object]:
    return {
        "passed": report.passed,
        "counts": dict(report.counts),
        "heads": [asdict(head) for head in report.heads],
        "findings": [asdict(finding) for finding in report.findings],
    }
