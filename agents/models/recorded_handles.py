"""Recorded steps with handles in the place of literals, as a model that reads would write them.

A literal that the request holds stays, to be read there. Any other becomes a handle on a field of
the evidence that holds it, one whose name is like the argument's first; the customer's own id is
one on the run. What nothing explains stays a bare literal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from streams.core.flow.pointers import leaves

if TYPE_CHECKING:
    from schemas.records import ModelRequest

_EVIDENCE = re.compile(
    r"<evidence id=(?:'([^'\n]+)'|\"([^\"\n]+)\")>\n(.*?)\n</evidence>", re.DOTALL
)
Places = Mapping[str, Sequence[str]]
OWN_ID = "run#/user_id"


def with_handles(
    steps: Sequence[Mapping[str, Any]], request: ModelRequest, user_id: str = ""
) -> list[dict[str, Any]]:
    """The steps, each literal that evidence holds as a handle on it."""
    places = _places(request["context"]) if steps else {}
    if user_id:
        places[user_id] = [OWN_ID]
    return [
        {
            "tool": step["tool"],
            "arguments": {
                name: _handled(name, value, request["request"], places)
                for name, value in step["arguments"].items()
            },
        }
        for step in steps
    ]


def _handled(name: str, value: Any, request: str, places: Places) -> Any:
    if isinstance(value, list):
        return [_handled(name.removesuffix("s"), item, request, places) for item in value]
    if not isinstance(value, str) or value in request or value not in places:
        return value
    found = places[value]
    alike = (place for place in found if name.endswith(place.rpartition("/")[2]))
    return {"$from": next(alike, found[0])}


def _places(context: str) -> dict[str, list[str]]:
    """Where each text stands in the evidence that is shown."""
    found: dict[str, list[str]] = {}
    for single, double, content in _EVIDENCE.findall(context):
        try:
            document = orjson.loads(content)
        except orjson.JSONDecodeError:
            continue  # a passage of policy, or cut off
        for place, value in leaves(document, f"{single or double}#"):
            if isinstance(value, str):
                found.setdefault(value, []).append(place)
    return found
