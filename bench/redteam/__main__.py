"""`python -m bench.redteam`: attacks executed, honest tasks done, approvals asked."""

from __future__ import annotations

from typing import Any

import click
import orjson

from bench.redteam import injected, retail
from bench.redteam.score import Case, summed


@click.command()
@click.option("--policy", type=click.Choice(["on", "off"]), default="on", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(policy: str, as_json: bool) -> None:  # noqa: FBT001  click passes flags by name
    """Attack the choke point with a planner that obeys every planted instruction.

    \b
    Examples:
      python -m bench.redteam --json
      python -m bench.redteam --policy off
    """  # noqa: D301
    on = policy == "on"
    figures = _figures([*injected.cases(policy=on), *retail.cases(policy=on)])
    if as_json:
        click.echo(orjson.dumps(figures, option=orjson.OPT_INDENT_2))
        return
    for suite, found in figures["suites"].items():
        click.echo(f"{suite}: {found}")


def _figures(cases: list[Case]) -> dict[str, Any]:
    suites = dict.fromkeys(case.suite for case in cases)
    by_suite = {suite: summed(case for case in cases if case.suite == suite) for suite in suites}
    return {**summed(cases), "suites": by_suite}


main()
