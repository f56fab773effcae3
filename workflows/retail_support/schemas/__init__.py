"""The tools' Avro schemas, checked in as they are derived from the tools' models.

`python -m workflows.retail_support.schemas` writes them anew after a change of a tool.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from workflows.retail_support.tools import TOOLS

NAMESPACE = "retail_support"


def derived() -> Iterator[tuple[str, bytes]]:
    """File name and content of every schema."""
    for spec in TOOLS:
        yield f"{spec.name}.arguments.avsc", _file(spec.arguments_schema(NAMESPACE))
        yield f"{spec.name}.result.avsc", _file(spec.result_schema(NAMESPACE))


def _file(schema: object) -> bytes:
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
