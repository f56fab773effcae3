"""`tollway control`: levers, caps and switches, moved while runs go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from schemas.errors import SettingError
from streams.core.slices.caps import GIVER_MARK
from tollway.cli.giving import give, place
from tollway.cli.lazy import LazyGroup, Row
from tollway.cli.tabular import json_option
from tollway.money import usd_micros

SCOPES = ("run", "user", "workspace", "tool", "organization", "vendor")
ROWS = {"show": Row("tollway.cli.control_show:show", "What is pulled, set and waiting, and why.")}
WORKFLOW = click.option("--workflow", help="Only runs of this workflow.")
CALL = click.option("--call", help="Only calls of this model, retriever or tool.")


def giving(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every command says: by whom, and why."""
    for decorate in (
        json_option,
        click.option("--why", required=True, help="Goes on the audit log."),
        click.option("--who", help="Who gives the command; your user name if absent."),
    ):
        command = decorate(command)
    return command


def somewhere(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where a command counts: in one workspace or in all."""
    for decorate in (
        click.option("--everywhere", is_flag=True, help="It counts in all workspaces."),
        click.option("--workspace", help="Where it counts."),
    ):
        command = decorate(command)
    return command


in_workspace = click.option("--workspace", required=True, help="Where it counts.")


@click.group(cls=LazyGroup, rows=ROWS)
def control() -> None:
    """Stop runs, narrow permissions and change caps while runs go on; on the record.

    A command goes to topic `control` and counts once a worker has decided on it; `tollway control
    show` tells, and says why one was refused. Who may give which command stands in
    `operators.yaml`, see docs/levers.md; without that file, whoever may write to the topic.
    """


@control.command()
@WORKFLOW
@CALL
@somewhere
@giving
def pause(**given: Any) -> None:
    """Let calls wait from now on: all of them, those of a workflow, or of one model or tool.

    Runs keep their state and hold no money for what waits. Calls that were sent to a pool before
    may still be performed.

    \b
    Examples:
      tollway control pause --everywhere --why "incident 17"
      tollway control pause --workspace acme --workflow retail_support --why "new contract at 3"
      tollway control pause --everywhere --call gpt-4.1-mini --why "the provider is down"
    """
    _lever("pause", **given)


@control.command()
@WORKFLOW
@click.option(
    "--runs",
    type=click.Choice(["wait", "end"]),
    required=True,
    help="wait: as pause; end: open runs end now as escalated, and new ones at once.",
)
@somewhere
@giving
def kill(runs: str, **given: Any) -> None:
    """Stop everything: no further call is made, and runs wait or end.

    A call under way is settled at the most it can cost; what is heard of it later corrects that.
    Stays in force until `tollway control release`.

    \b
    Examples:
      tollway control kill --everywhere --runs wait --why "the model sends nonsense"
      tollway control kill --workspace acme --runs end --why "the customer has left"
    """
    _lever("end" if runs == "end" else "pause", call=None, **given)


@control.command()
@WORKFLOW
@CALL
@somewhere
@giving
def release(**given: Any) -> None:
    """Let go what `pause` or `kill` holds; name the same place. Waiting runs go on by themselves.

    \b
    Examples:
      tollway control release --everywhere --why "incident 17 is over"
      tollway control release --workspace acme --workflow retail_support --why "deployed"
    """
    _lever("release", **given)


@control.command()
@click.argument("run_id")
@in_workspace
@click.option(
    "--outcome",
    type=click.Choice(["escalated", "failed"]),
    default="escalated",
    show_default=True,
    help="How the run ends.",
)
@giving
def cancel(
    run_id: str, workspace: str, outcome: str, who: str | None, why: str, *, as_json: bool
) -> None:
    """End run RUN_ID where it is, with who and why on its outcome.

    A question that it asks is withdrawn. A call under way is settled at the most it can cost;
    what is heard of it later corrects that.

    \b
    Example:
      tollway control cancel 2399090a30bb3917d3d229be85a0a3e8 --workspace acme --why "asked twice"
    """
    said = {"run_id": run_id, "outcome": outcome}
    give(workspace, who, why, as_json=as_json, cancellation=said)


@control.command()
@click.argument("command_id")
@somewhere
@giving
def confirm(
    command_id: str,
    workspace: str | None,
    who: str | None,
    why: str,
    *,
    everywhere: bool,
    as_json: bool,
) -> None:
    """Agree, as the second person, to command COMMAND_ID that waits for one.

    \b
    Examples:
      tollway control confirm 5a37e8d1c0ffee --workspace acme --who fay --why "seen and agreed"
      tollway control confirm 5a37e8d1c0ffee --everywhere --who fay --why "seen and agreed"
    """
    where = place(workspace, everywhere=everywhere)
    give(where, who, why, as_json=as_json, confirmation={"command_id": command_id})


@control.command()
@in_workspace
@click.option("--scope", type=click.Choice(SCOPES), required=True)
@click.option("--window", type=click.Choice(["run", "hour", "day", "month"]), required=True)
@click.option("--owner", default="*", help="A run id, user or tool; `*`, the default, for all.")
@click.option("--name", help="The call that the contract's cap is for, if it names one.")
@click.option("--time-zone", default="UTC", help="As in the contract.")
@click.option("--usd", help="The most that may be spent, such as 12.50.")
@click.option("--clear", is_flag=True, help="Back to what the contract says.")
@giving
def cap(
    workspace: str,
    scope: str,
    window: str,
    owner: str,
    name: str | None,
    time_zone: str,
    usd: str | None,
    who: str | None,
    why: str,
    *,
    clear: bool,
    as_json: bool,
) -> None:
    """Set a cap of the contract anew. Paused runs of the workspace try again.

    A cap that workspaces share is set at its giver: @ and the cap's name for the workspace.

    \b
    Examples:
      tollway control cap --workspace acme --scope workspace --window day --usd 40 --why "launch"
      tollway control cap --workspace @group --scope organization --window month --usd 80 --why up
      tollway control cap --workspace acme --scope user --owner ann --window day --clear --why done
    """
    if clear == (usd is not None):
        raise SettingError("give either --usd with an amount or --clear")
    setting = {
        "scope": scope,
        "owner": _owner(workspace, scope, owner),
        "window": window,
        "time_zone": time_zone,
        "name": name,
        "usd_micros": None if usd is None else usd_micros(usd),
    }
    give(workspace, who, why, as_json=as_json, cap=setting)


def switching(command: Callable[..., Any]) -> Callable[..., Any]:
    """What is switched, and where."""
    for decorate in (
        giving,
        click.option("--state", help="Only in this state of the workflow."),
        click.option("--workflow", help="Only in this workflow."),
        somewhere,
        click.argument("name"),
    ):
        command = decorate(command)
    return command


@control.command()
@switching
def enable(**given: Any) -> None:
    """Take back one `disable`: model, retriever or tool NAME may be called there again.

    Name the same place. What the contract does not allow stays refused.

    \b
    Example:
      tollway control enable gpt-4.1-mini --workspace acme --why "the provider confirmed its limit"
    """
    _switch(enabled=True, **given)


@control.command()
@switching
def disable(**given: Any) -> None:
    """Refuse every further call of model, retriever or tool NAME.

    In a workspace or everywhere; with --workflow and --state, only there: the permission that the
    contract gives is narrowed. A run is told that the call was refused.

    \b
    Examples:
      tollway control disable cancel_pending_order --workspace acme --why "incident 17"
      tollway control disable refund --everywhere --workflow refunds --state execute --why fraud
    """
    _switch(enabled=False, **given)


def _owner(workspace: str, scope: str, owner: str) -> str:
    """A workspace owns its own cap; a shared one is its giver's, without the mark before it."""
    if scope in {"organization", "vendor"}:
        return workspace.removeprefix(GIVER_MARK)
    return workspace if scope == "workspace" else owner


def _lever(
    mode: str,
    workflow: str | None,
    call: str | None,
    workspace: str | None,
    who: str | None,
    why: str,
    *,
    everywhere: bool,
    as_json: bool,
) -> None:
    if workflow is not None and call is not None:
        raise SettingError("give --workflow or --call, not both; `disable` narrows both at once")
    what = "workflow" if workflow is not None else "call" if call is not None else "all"
    lever = {"what": what, "name": workflow or call or "", "mode": mode}
    give(place(workspace, everywhere=everywhere), who, why, as_json=as_json, lever=lever)


def _switch(
    name: str,
    workspace: str | None,
    workflow: str | None,
    state: str | None,
    who: str | None,
    why: str,
    *,
    enabled: bool,
    everywhere: bool,
    as_json: bool,
) -> None:
    switch = {"name": name, "enabled": enabled, "workflow": workflow, "state": state}
    give(place(workspace, everywhere=everywhere), who, why, as_json=as_json, switch=switch)
