"""`drawing.py IMAGE`: one mark for each cell on standard input, spent over cap by system."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl  # type: ignore[import-not-found]
from matplotlib.figure import Figure  # type: ignore[import-not-found]

FAULT_OFFSET = 0.6
COLOURS = {"none": "tab:blue", "over_limit": "tab:red"}
OTHER_COLOUR = "tab:orange"
LABELS = {"none": "no fault", "over_limit": "provider over its limit"}
OTHER_LABEL = "a fault"

Cell = Mapping[str, Any]


def draw(cells: Sequence[Cell]) -> Any:
    """The figure."""
    tried = [cell for cell in cells if "spent_over_cap" in cell]
    systems = list(dict.fromkeys(cell["system"] for cell in tried))
    figure = Figure(figsize=(9, 0.6 * len(systems) + 1.6), layout="constrained")
    axes = figure.subplots()
    for label, colour, shown in _kinds(tried):
        xs = [cell["spent_over_cap"] for cell in shown]
        ys = [systems.index(cell["system"]) for cell in shown]
        axes.scatter(xs, ys, c=colour, label=label, alpha=0.7, s=28)
    axes.axvline(1.0, color="black", linewidth=1)
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_yticks(range(len(systems)), systems)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel("spent ÷ cap, by the provider's meter (the line is the cap)")
    axes.legend(loc="best")
    return figure


def _kinds(cells: Sequence[Cell]) -> Sequence[tuple[str, str, list[Cell]]]:
    kinds = [(LABELS[fault], COLOURS[fault], [fault]) for fault in LABELS]
    others = sorted({cell["fault"] for cell in cells} - LABELS.keys())
    kinds.insert(1, (OTHER_LABEL, OTHER_COLOUR, others))
    return [
        (label, colour, [cell for cell in cells if cell["fault"] in faults])
        for label, colour, faults in kinds
    ]


if __name__ == "__main__":
    mpl.rcParams["svg.hashsalt"] = "overspend"
    figure = draw(json.load(sys.stdin)["cells"])
    figure.savefig(sys.argv[1], format="svg", metadata={"Date": None})
