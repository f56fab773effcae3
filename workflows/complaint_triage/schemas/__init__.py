"""The tools' Avro schemas, checked in as they are derived from the tools' models.

`python -m workflows.complaint_triage.schemas` writes them anew after a change of a tool.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.tools.schema_files import schema_files
from workflows.complaint_triage.tools import TOOLS

NAMESPACE = "complaint_triage"


def derived() -> Iterator[tuple[str, bytes]]:
    """File name and content of every schema."""
    yield from schema_files(TOOLS, NAMESPACE)
