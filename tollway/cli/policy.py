"""`tollway policy`: what the choke point says of a call, without making it."""

from __future__ import annotations

from typing import Any

import click
import orjson

from schemas.errors import SettingError


@click.group()
def policy() -> None:
    """Ask what the contract's policy says."""


@policy.command()
@click.argument("workflow")
@click.argument("tool")
@click.option("--arguments", default="{}", help="The arguments as JSON.")
@click.option("--request", default="", help="What the authenticated customer wrote.")
@click.option(
    "--from",
    "origins",
    multiple=True,
    metavar="/POINTER=SOURCE",
    help="Where an argument comes from: contract, request, trusted, untrusted or model.",
)
@click.option(
    "--own",
    multiple=True,
    metavar="PLACE=VALUE",
    help="A value that the customer's own records hold at a place that the contract names.",
)
@click.option("--state", default="execute", show_default=True, help="The state that asks.")
@click.option("--json", "as_json", is_flag=True, help="Print the decision as JSON.")
@click.pass_context
def explain(  # one option an argument
    context: click.Context,
    workflow: str,
    tool: str,
    arguments: str,
    request: str,
    origins: tuple[str, ...],
    own: tuple[str, ...],
    state: str,
    as_json: bool,
) -> None:
    """Say whether a call may happen, by which rule not, and what would help. Nothing is run.

    A value whose source is not given is the model's own, unless the request names it. Exits with
    0 when the call is allowed and with 1 when it is denied or needs a person.

    \b
    Examples:
      tollway policy explain retail_support transfer_to_human_agents \\
        --arguments '{"summary": "wants a person"}'
      tollway policy explain retail_support cancel_pending_order --request 'Cancel #W1' \\
        --arguments '{"order_id": "#W1", "reason": "no longer needed"}' \\
        --own 'customer#/orders/*=#W1'
      tollway policy explain retail_support get_user_details --json \\
        --arguments '{"user_id": "eve_1"}' --from /user_id=untrusted
    """
    from tollway.policy import Call, Provenance, decide_in

    given = _json(arguments)
    owned = [_pair(one, "--own") for one in own]
    provenance = Provenance(
        _origins(origins), request, lambda place: [v for known, v in owned if known == place]
    )
    decision = decide_in(_workflow(workflow), provenance, Call(tool, given, state=state))
    told = {
        "verdict": decision.verdict,
        "rule": decision.rule,
        "reason": decision.reason,
        "sources": dict(decision.sources),
    }
    if as_json:
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    else:
        reason = f": {decision.rule}: {decision.reason}" if decision.rule else ""
        click.echo(f"{decision.verdict}{reason}")
        for pointer, source in decision.sources.items():
            click.echo(f"  {pointer} comes from {source}")
    context.exit(0 if decision.verdict == "allowed" else 1)


def _workflow(name: str) -> Any:
    from agents.workflows import folders
    from schemas.codec import Codec
    from streams.settings import load_settings

    known = {folder.path.name: folder for folder in folders(load_settings().workflows_dir)}
    if name not in known:
        raise SettingError(f"no workflow is called {name}; known are {', '.join(known)}")
    return known[name].load(Codec())


def _origins(given: tuple[str, ...]) -> dict[str, Any]:
    from typing import get_args

    from streams.core.flow.declared import Source
    from streams.core.flow.provenance import Origin

    pairs = [_pair(one, "--from") for one in given]
    wrong = next((source for _, source in pairs if source not in get_args(Source)), None)
    if wrong is not None:
        raise click.BadParameter(f"{wrong} is no source; one of {', '.join(get_args(Source))}")
    return {pointer: Origin(source) for pointer, source in pairs}


def _pair(text: str, option: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{option} takes NAME=VALUE, and {text} has no =")
    return name, value


def _json(text: str) -> Any:
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise click.BadParameter(f"--arguments is no JSON: {error}") from error
    if not isinstance(given, dict):
        raise click.BadParameter("--arguments takes a JSON object")
    return given
