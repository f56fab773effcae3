"""`tollway control`: set caps and switch calls off and on while runs go on."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import click
import orjson

from schemas.errors import SettingError
from streams.settings import load_settings
from tollway.codecs import open_codec
from tollway.commands import command_of, publish
from tollway.money import usd_micros

WHO = click.option("--who", help="Who gives the command; your user name if absent.")
WHY = click.option("--why", required=True, help="Goes on the audit log.")
WORKSPACE = click.option("--workspace", required=True, help="Where it counts.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def control() -> None:
    """Change caps, and what may be called, while runs go on; on the record.

    A command goes to topic `control` and counts once a worker has decided on it: `tollway budget
    show` tells. Whoever may write to that topic may give commands.
    """


@control.command()
@WORKSPACE
@click.option("--scope", type=click.Choice(["run", "user", "workspace", "tool"]), required=True)
@click.option("--window", type=click.Choice(["run", "hour", "day", "month"]), required=True)
@click.option("--owner", default="*", help="A run id, user or tool; `*`, the default, for all.")
@click.option("--name", help="The call that the contract's cap is for, if it names one.")
@click.option("--time-zone", default="UTC", help="As in the contract.")
@click.option("--usd", help="The most that may be spent, such as 12.50.")
@click.option("--clear", is_flag=True, help="Back to what the contract says.")
@WHO
@WHY
@JSON
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

    \b
    Examples:
      tollway control cap --workspace acme --scope workspace --window day --usd 40 --why "launch"
      tollway control cap --workspace acme --scope user --owner ann --window day --clear --why done
    """
    if clear == (usd is not None):
        raise SettingError("give either --usd with an amount or --clear")
    setting = {
        "scope": scope,
        "owner": workspace if scope == "workspace" else owner,
        "window": window,
        "time_zone": time_zone,
        "name": name,
        "usd_micros": None if usd is None else usd_micros(usd),
    }
    _give(workspace, who, why, as_json=as_json, cap=setting)


@control.command()
@click.argument("name")
@WORKSPACE
@WHO
@WHY
@JSON
def enable(name: str, workspace: str, who: str | None, why: str, *, as_json: bool) -> None:
    """Let the workspace call model, retriever or tool NAME again.

    \b
    Example:
      tollway control enable gpt-4.1-mini --workspace acme --why "the provider confirmed its limit"
    """
    switch = {"name": name, "enabled": True}
    _give(workspace, who, why, as_json=as_json, switch=switch)


@control.command()
@click.argument("name")
@WORKSPACE
@WHO
@WHY
@JSON
def disable(name: str, workspace: str, who: str | None, why: str, *, as_json: bool) -> None:
    """Refuse every further call of model, retriever or tool NAME in the workspace.

    \b
    Example:
      tollway control disable cancel_pending_order --workspace acme --why "incident 17"
    """
    switch = {"name": name, "enabled": False}
    _give(workspace, who, why, as_json=as_json, switch=switch)


def _give(workspace: str, who: str | None, why: str, *, as_json: bool, **said: Any) -> None:
    command = command_of(uuid4().hex, workspace, who, why, **said)
    settings = load_settings()
    asyncio.run(publish(settings, open_codec(settings), [command]))
    told = (
        f"command {command['command_id']} is on its way; `tollway budget show` tells when it counts"
    )
    click.echo(orjson.dumps(command) if as_json else told)
