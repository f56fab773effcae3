"""`tollway acls`: who may do what on the broker, shown and put there."""

from __future__ import annotations

import click

from schemas.errors import SettingError
from streams.brokers.acls import Acl, acls, roles
from streams.settings import load_settings
from tollway.cli.tabular import aligned, json_option, json_text

ROLE = click.option("--role", "only", help="Only this role.")
PRINCIPAL = click.option(
    "--principal",
    default="User:{role}",
    show_default=True,
    help="Kafka's name of a role; {role} stands for the role's.",
)


@click.group("acls")
def acls_group() -> None:
    """Show or grant the least permissions that each role needs on Kafka.

    Derived from the table of topics. Every role logs in as a principal of its own, by
    TOLLWAY_SASL_USERNAME and TOLLWAY_SASL_PASSWORD_FILE. docs/security.md explains.
    """


@acls_group.command()
@ROLE
@PRINCIPAL
@json_option
def show(only: str | None, principal: str, as_json: bool) -> None:
    """Print every permission; asks no broker.

    \b
    Examples:
      tollway acls show
      tollway acls show --role pool-tool
      tollway acls show --json
    """
    _checked(principal)
    rows = [_row(each, principal) for each in _wanted(only)]
    if as_json:
        click.echo(json_text(rows))
    else:
        cells = [[str(value) for value in row.values()] for row in rows]
        click.echo("\n".join(aligned(cells, [False] * 5)))


@acls_group.command()
@ROLE
@PRINCIPAL
@click.option("--dry-run", is_flag=True, help="Only say what is missing on the broker.")
@json_option
def apply(only: str | None, principal: str, dry_run: bool, as_json: bool) -> None:
    """Grant every permission on the broker; what is there stays, and nothing is taken away.

    Needs credentials with the right Alter on the cluster: those of whoever runs Kafka, of no
    process of Tollway.

    \b
    Examples:
      tollway acls apply --dry-run
      tollway acls apply
      tollway acls apply --principal "User:CN={role},O=acme"
    """
    from streams.brokers.granting import grant, missing

    _checked(principal)
    settings = load_settings()
    lacking = missing(settings, _wanted(only), principal)
    if lacking and not dry_run:
        grant(settings, lacking, principal)
    rows = [_row(each, principal) for each in lacking]
    if as_json:
        click.echo(json_text({"granted": not dry_run, "permissions": rows}))
    else:
        done = "are missing" if dry_run else "were missing and are granted"
        cells = [[str(value) for value in row.values()] for row in rows]
        click.echo("\n".join([*aligned(cells, [False] * 5), f"{len(rows)} {done}"]))


def _wanted(only: str | None) -> list[Acl]:
    if only is not None and only not in roles():
        raise SettingError(f"--role {only}: no such role; known are {', '.join(roles())}")
    prefix = load_settings().topic_prefix
    return [each for each in acls(prefix) if only in (None, each.role)]


def _checked(principal: str) -> None:
    if principal.count("{role}") != 1 or not principal.startswith("User:"):
        raise SettingError(f"--principal {principal}: write User: and once {{role}}")


def _row(each: Acl, principal: str) -> dict[str, str]:
    return {
        "principal": principal.replace("{role}", each.role),
        "operation": each.operation,
        "resource": each.resource,
        "pattern": "prefixed" if each.prefixed else "literal",
        "name": each.name,
    }
