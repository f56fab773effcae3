"""Parts of the docs that are made from the code's own tables, so that they cannot drift.

`python -m tollway.docs` renews them; a test compares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from streams.core.graph import END, GRAPH, state_topic
from tollway import markdown

ROOT = Path(__file__).parents[1]


def graph_diagram() -> str:
    """The workflow graph as a Mermaid diagram."""
    lines = ["```mermaid", "flowchart LR"]
    lines += [f'    {state}(["{state_topic(state)}"])' for state in GRAPH]
    lines.append('    outcomes(("outcomes"))')  # "end" is a keyword of Mermaid
    for state, transitions in GRAPH.items():
        for name, target in transitions.items():
            lines.append(f"    {state} -- {name} --> {'outcomes' if target == END else target}")
    return "\n".join([*lines, "```"])


PARTS: Mapping[tuple[str, str], Callable[[], str]] = {
    ("README.md", "graph"): graph_diagram,
    ("docs/contracts.md", "fields"): markdown.contract_fields,
    ("docs/contracts.md", "checks"): markdown.contract_checks,
    ("docs/metrics.md", "metrics"): markdown.metrics,
}
"""File and mark of each generated part, and what makes it."""


def renewed(text: str, mark: str, content: str) -> str:
    """`text` with what stands between the begin and end comments of `mark` replaced."""
    pattern = re.compile(rf"(<!-- {mark}:begin[^\n]*-->\n).*?(<!-- {mark}:end -->)", re.DOTALL)
    return pattern.sub(lambda found: f"{found[1]}{content}\n{found[2]}", text, count=1)


def main() -> None:
    """Renew every generated part."""
    for (name, mark), make in PARTS.items():
        path = ROOT / name
        path.write_text(renewed(path.read_text("utf-8"), mark, make()), "utf-8")


if __name__ == "__main__":
    main()
