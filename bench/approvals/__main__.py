"""`python -m bench.approvals`: how often people are asked under several rules."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import orjson

from bench.approvals.asking import measured
from bench.page import renew


@click.command()
@click.option("--requests", type=click.IntRange(1), help="Only the first so many.")
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A page whose table to renew, such as docs/approvals.md.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def main(*, requests: int | None, into: Path | None, as_json: bool) -> None:
    r"""Count questions to people over recorded requests; an approver allows the recorded steps.

    Exits with 1 when a request is not resolved with exactly its changes.

    \b
    Examples:
      python -m bench.approvals --json
      python -m bench.approvals --into docs/approvals.md
    """
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), requests)
    if into is not None:
        renew(into, as_text(found))
    click.echo(orjson.dumps(found) if as_json else as_text(found))
    sys.exit(1 if any(row["wrong"] for row in found.values()) else 0)


def as_text(found: dict[str, Any]) -> str:
    """A Markdown table."""
    head = "| asks about | requests | done exactly | approvals | requests that asked | per 100 |"
    lines = [head, "|---|" + "---|" * 5]
    lines += [
        f"| {name} | {row['requests']} | {row['resolved_with_exactly_their_changes']} "
        f"| {row['approvals']} | {row['requests_that_asked']} "
        f"| {row['approvals_per_100_requests']} |"
        for name, row in found.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
