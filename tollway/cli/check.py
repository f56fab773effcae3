"""`tollway check`: refuse a contract before a worker does, and say what a run may cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson

from agents.contracts.checking import Checked
from agents.contracts.findings import Finding, choice
from agents.contracts.money import dollars, summary
from agents.workflows import CONTRACT_FILE, WorkflowFolder, folders
from schemas.errors import ContractError, SettingError
from streams.settings import load_settings


@click.command()
@click.argument("workflows", nargs=-1, metavar="[WORKFLOW_DIR_OR_NAME]...")
@click.option("--json", "as_json", is_flag=True, help="Print findings and costs as JSON.")
@click.pass_context
def check(context: click.Context, workflows: tuple[str, ...], as_json: bool) -> None:
    """Check the contracts of workflows: all of them, or those named.

    Says everything that is wrong, each with file, line, field, reason and what to write instead,
    and beside the cap the most that one run could cost. Exits with 1 when there is an error.

    \b
    Examples:
      tollway check
      tollway check retail_support
      tollway check ./my_workflows/refunds --json
    """
    checked = [_checked(folder) for folder in _chosen(workflows)]
    if as_json:
        click.echo(orjson.dumps(_as_json(checked), option=orjson.OPT_INDENT_2))
    else:
        click.echo("\n".join(line for one in checked for line in _lines(one)))
    context.exit(1 if any(one.errors for one in checked) else 0)


def _chosen(named: tuple[str, ...]) -> list[WorkflowFolder]:
    """The folders that are named, or all there are. Raises SettingError."""
    workflows_dir = load_settings().workflows_dir
    known = {folder.path.name: folder for folder in folders(workflows_dir)}
    if not named and not known:
        raise SettingError(f"no workflow in {workflows_dir}: expected NAME/{CONTRACT_FILE}")
    if not named:
        return list(known.values())
    return [
        WorkflowFolder(Path(name)) if Path(name).is_dir() else _known(name, known) for name in named
    ]


def _known(name: str, known: dict[str, WorkflowFolder]) -> WorkflowFolder:
    if name not in known:
        raise SettingError(f"no workflow or folder is called {name}; {choice(name, known)}")
    return known[name]


def _checked(folder: WorkflowFolder) -> Checked:
    """What came of the check; a folder that cannot be read at all is a finding, too."""
    try:
        return folder.check()
    except ContractError as error:
        file = folder.path / CONTRACT_FILE
        finding = Finding(file, 1, "", str(error), "mend that, then check again")
        return Checked(file, None, None, (finding,))


def _lines(checked: Checked) -> list[str]:
    errors = len(checked.errors)
    warnings = len(checked.findings) - errors
    counted = f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}"
    found = "ok" if not checked.findings else counted
    return [*map(str, checked.findings), f"{checked.file}: {found}", *_cost_lines(checked)]


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _cost_lines(checked: Checked) -> list[str]:
    if checked.contract is None or checked.cost is None:
        return []
    by_state = checked.cost.by_state.items()
    states = ", ".join(f"{state} {dollars(cost)}" for state, cost in by_state if cost)
    return [f"  {summary(checked.contract, checked.cost)}", f"  by state: {states or 'nothing'}"]


def _as_json(checked: list[Checked]) -> dict[str, Any]:
    return {
        "ok": not any(one.errors for one in checked),
        "workflows": [_one_as_json(one) for one in checked],
    }


def _one_as_json(checked: Checked) -> dict[str, Any]:
    contract, cost = checked.contract, checked.cost
    return {
        "file": str(checked.file),
        "ok": not checked.errors,
        "max_run_usd_micros": None if contract is None else contract.max_run_usd_micros,
        "max_cost": None
        if cost is None
        else {
            "total_usd_micros": cost.total_usd_micros,
            "path": cost.path,
            "by_state_usd_micros": dict(cost.by_state),
        },
        "findings": [
            {
                "file": str(found.file),
                "line": found.line,
                "field": found.field,
                "severity": found.severity,
                "reason": found.reason,
                "instead": found.instead,
            }
            for found in checked.findings
        ],
    }
