"""`tollway vault`: the key pair that opens it, and the erasure of a person."""

from __future__ import annotations

import time
from pathlib import Path

import click

from streams.settings import load_settings
from tollway.cli.tabular import json_option, json_text


@click.group()
def vault() -> None:
    """Look after the vault of customers' personal data and secrets."""


@vault.command()
@click.option("--workspace", required=True, help="The workspace.")
@click.option("--user", "user_id", required=True, help="The customer, as on intake events.")
@click.option("--why", required=True, help="Your reason; it is kept with the erasure.")
@json_option
def erase(workspace: str, user_id: str, why: str, as_json: bool) -> None:
    """Make all values of a person unreadable, for good, by destroying their keys.

    The audit log holds placeholders only and stays as it is. A run that is under way and needs
    one of the values is told that they were erased. What the topic intake still holds goes with
    its retention. What the person sends from now on is kept anew.

    \b
    Example:
      tollway vault erase --workspace acme --user u-17 --why "request of 3 May, ticket 4711"
    """
    from agents.privacy.vault import Erasure, Person, erasing_vault
    from tollway.letters.desk import operator

    opened, person = erasing_vault(load_settings()), Person(workspace, user_id)
    erasure = Erasure(operator(), why, time.time_ns() // 1_000_000)
    keys = opened.erase(person, erasure)
    told = {"workspace": workspace, "user_id": user_id, "keys": keys, **erasure._asdict()}
    if as_json:
        click.echo(json_text(told))
    else:
        plural = "key" if keys == 1 else "keys"
        click.echo(f"erased {user_id} of {workspace}: {keys} {plural} destroyed, by {erasure.who}")


@vault.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def keys(folder: Path) -> None:
    """Make the tool pool's key pair in FOLDER, unless there is one.

    Give public.pem to the gateway and private.pem to tool pools alone. A new pair does not open
    what an older one sealed.

    \b
    Example:
      tollway vault keys /etc/tollway/vault
    """
    from agents.privacy.identity import PRIVATE, PUBLIC, make_pair

    make_pair(folder)
    click.echo(f"TOLLWAY_VAULT_PUBLIC_KEY_FILE={folder / PUBLIC}    for the gateway")
    click.echo(f"TOLLWAY_VAULT_PRIVATE_KEY_FILE={folder / PRIVATE}   for tool pools alone")
