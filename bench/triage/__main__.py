"""`python -m bench.triage`: accuracy of the complaint triage by class, on complaints not fitted."""

from __future__ import annotations

from pathlib import Path

import click
import orjson
import yaml

from agents.workflows import load_workflows
from bench.page import renew
from bench.triage import report, scoring
from schemas.codec import Codec
from streams.core.routing.router import Router
from workflows.complaint_triage.data import WEIGHTS, Fitted, weights
from workflows.complaint_triage.fitting import fitted

HEADING = "# Written by `python -m bench.triage --fit` on one half. Do not edit.\n"


@click.command()
@click.option("--fit", is_flag=True, help="Fit the weights anew and write weights.yaml.")
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A page whose table to renew, such as docs/triage.md.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of the tables.")
def main(*, fit: bool, into: Path | None, as_json: bool) -> None:
    r"""Score products, issues and routing on real complaints that the weights were not fitted on.

    \b
    Examples:
      python -m bench.triage --json
      python -m bench.triage --fit --into docs/triage.md
    """
    complaints = scoring.complaints()
    if fit:
        WEIGHTS.write_text(HEADING + yaml.safe_dump(refitted(complaints).model_dump()), "utf-8")
        weights.cache_clear()
    found = {
        **scoring.scored(complaints),
        "routed": scoring.routed(_router(), [c.words for c in complaints if c.words]),
    }
    if into is not None:
        renew(into, report.as_text(found))
    click.echo(orjson.dumps(found) if as_json else report.as_text(found))


def refitted(complaints: list[scoring.Complaint]) -> Fitted:
    """The weights of the complaints that they are fitted on, and of no other."""
    seen = [complaint for complaint in complaints if complaint.words and complaint.fits]
    return Fitted(
        product=fitted((c.words, c.product) for c in seen),
        issue=fitted((c.words, c.issue) for c in seen),
    )


def _router() -> Router:
    flows = load_workflows(Path("workflows"), Codec())
    return next(flow.router for flow in flows.values() if flow.router is not None)


if __name__ == "__main__":
    main()
