"""`python -m bench.gate`: what the gate adds to a decision, and what it keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from bench.gate import flows, report, state
from bench.gate.report import Case
from bench.gate.steps import Step
from bench.gate.timing import times_of
from bench.machine import machine
from bench.page import renew
from streams.core.workflow import Workflow

STATES = {"plan": "model", "execute": "tool"}
"""States of which a visit ends with a call, and its kind."""
FEW, CROWDS = 10, (10, 1_000, 100_000)


@click.command()
@click.option("--repeats", default=1_000, show_default=True, type=click.IntRange(1))
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A page whose table to renew, such as docs/gate.md.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the table.")
def main(*, repeats: int, into: Path | None, as_json: bool) -> None:
    r"""Time the gate alone, and an engine step with it and without, in turns.

    With 1, 4 and 10 caps, a ladder, a rule on approvals, and among 10 to 100,000 other runs.
    Needs no broker.

    \b
    Examples:
      python -m bench.gate --into docs/gate.md
      python -m bench.gate --repeats 100 --json
    """
    found = (list(_cases(repeats)), asyncio.run(state.kept()), _conditions(repeats))
    if into is not None:
        renew(into, report.as_text(*found))
    shown = orjson.dumps(report.as_json(*found)) if as_json else report.as_text(*found)
    click.echo(shown)


def _cases(repeats: int) -> Iterator[Case]:
    for name, flow, others in _setups():
        for at, call in STATES.items():
            yield Case(name, call, others, times_of(Step(flow, at, others), repeats))


def _setups() -> Iterator[tuple[str, Workflow, int]]:
    for count in (1, 4, 10):
        yield f"{count} cap{'s' if count > 1 else ''}", flows.with_caps(count), FEW
    yield "4 caps, a ladder", flows.with_ladder(), FEW
    yield "4 caps, an approvals rule", flows.with_approvals(), FEW
    for others in CROWDS:
        yield f"4 caps, {others:,} other runs", flows.with_caps(4), others


def _conditions(repeats: int) -> dict[str, str]:
    return {
        "taken": f"medians of {repeats} turns; the step decodes the run, decides, and encodes the "
        "decision, without appending it",
        **machine(),
    }


if __name__ == "__main__":
    main()
