"""The Avro schemas of a workflow's tools as files, to be checked in and compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from agents.tools.spec import ToolSpec


def schema_files(tools: Iterable[ToolSpec], namespace: str) -> Iterator[tuple[str, bytes]]:
    """File name and content of every schema, as derived from the tools' models."""
    for spec in tools:
        yield f"{spec.name}.arguments.avsc", _file(spec.arguments_schema(namespace))
        yield f"{spec.name}.result.avsc", _file(spec.result_schema(namespace))


def _file(schema: object) -> bytes:
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
