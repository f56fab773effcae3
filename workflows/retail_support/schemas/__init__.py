"""The tools' Avro schemas, checked in as they are derived from the tools' models.

`python -m workflows.retail_support.schemas` writes them anew after a change of a tool.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.tools.schema_files import schema_files
from workflows.retail_support.tools import TOOLS

NAMESPACE = "retail_support"


def derived() -> Iterator[tuple[str, bytes]]:
    """File name and content of every schema."""
    yield from schema_files(TOOLS, NAMESPACE)
