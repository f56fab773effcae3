"""Handles in a plan: resolved to the values that they refer to, with where those come from.

`{"$from": "ID#/POINTER"}` is a field of evidence by its id, of the result of an earlier step
(`step:2#/...`) or of the run (`run#/user_id`); `{"$request": [begin, end]}` is a span of the
request; `{"$contract": NAME}` a value of the contract. Anything else is the model's own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from schemas.errors import EvidenceCut
from streams.core.flow import pointers
from streams.core.flow.provenance import Origin, Provenance

if TYPE_CHECKING:
    from schemas.records import Evidence, PlanStep
    from streams.core.states import View

RESULT = "result"
RUN = "run"


def resolved(view: View, arguments: Any) -> tuple[Any, Provenance]:
    """The arguments with each handle replaced by its value, and where all of it comes from."""
    resolving = _Resolving(view)
    try:
        values = resolving.value(arguments, "")
        broken = ""
    except (KeyError, ValueError, EvidenceCut) as error:
        values, broken = arguments, f"a handle leads nowhere: {error}"
    owned, classes = resolving.owned, _classes(view)
    return values, Provenance(resolving.origins, view.run["request"], owned, classes, broken)


def arguments_of(view: View, step: PlanStep) -> Any:
    """The arguments of a step of the plan as its tool is given them."""
    return resolved(view, orjson.loads(step["arguments_json"]))[0]


@dataclass(slots=True)
class _Resolving:
    view: View
    origins: dict[str, Origin] = field(default_factory=dict)
    _read: dict[str, Any] = field(default_factory=dict)

    def value(self, given: Any, pointer: str) -> Any:
        if isinstance(given, Mapping):
            handle = HANDLES.get(next(iter(given), "")) if len(given) == 1 else None
            if handle is not None:
                return handle(self, next(iter(given.values())), pointer)
            return {k: self.value(v, pointers.joined(pointer, k)) for k, v in given.items()}
        if isinstance(given, list):
            return [self.value(v, pointers.joined(pointer, i)) for i, v in enumerate(given)]
        return given

    def from_evidence(self, reference: Any, pointer: str) -> Any:
        name, mark, place = str(reference).partition("#/")
        if not mark:
            raise ValueError(f"{reference} is no ID#/POINTER")
        if name == RUN:
            self.origins[pointer] = Origin("request", f"{RUN}#/{place}")
            return {"user_id": self.view.run["user_id"]}[place]
        piece = self._piece(name)
        value = pointers.at(self._content(piece), f"/{place}")
        for inner, _ in pointers.leaves(value, f"/{place}"):
            below = inner[len(place) + 1 :]
            self.origins[pointer + below] = self._origin(piece, inner)
        return value

    def from_request(self, span: Any, _: str) -> str:
        """The words of the span; the gate judges whether they are a whole typed token."""
        request = self.view.run["request"]
        match span:
            case [int(begin), int(end)] if 0 <= begin < end <= len(request):
                return request[begin:end]
        raise ValueError(f"{span} is no span of the request")

    def from_contract(self, name: Any, pointer: str) -> Any:
        value = self.view.workflow.contract.flow.values[str(name)]
        self.origins[pointer] = Origin("contract", str(name))
        return value

    def owned(self, place: str) -> Collection[Any]:
        """What the customer's own records hold at a place of the contract's."""
        kind, _, pattern = place.partition("#")
        if kind == RUN:
            return (self.view.run["user_id"],)
        pieces = [piece for piece in self.view.run["evidence"] if piece["kind"] == kind]
        return [v for piece in pieces for v in self._matching(piece, pattern)]

    def _matching(self, piece: Evidence, pattern: str) -> list[Any]:
        try:
            return list(pointers.matching(self._content(piece), pattern))
        except (EvidenceCut, ValueError):
            return []

    def _piece(self, name: str) -> Evidence:
        found = next((p for p in self.view.run["evidence"] if p["id"] == self._id(name)), None)
        if found is None:
            raise KeyError(f"{name} is no evidence of this run")
        return found

    def _id(self, name: str) -> str:
        """The evidence id of the result of a step, or the name as it is."""
        kind, _, number = name.partition(":")
        plan = self.view.run["plan"]
        if kind == "step" and number.isdecimal() and 0 < int(number) <= len(plan):
            return f"call:{plan[int(number) - 1]['call_id']}"
        return name

    def _content(self, piece: Evidence) -> Any:
        if piece["id"] not in self._read:
            self._read[piece["id"]] = orjson.loads(self.view.evidence(piece["content_hash"]))
        return self._read[piece["id"]]

    def _origin(self, piece: Evidence, place: str) -> Origin:
        flow, tool = self.view.workflow.contract.flow, tool_of(self.view, piece)
        patterns = flow.trusted(piece["kind"], tool)
        trusted = any(pointers.matches(place, pattern) for pattern in patterns)
        classes = flow.classes(piece["kind"], tool)
        return Origin("trusted" if trusted else "untrusted", f"{piece['id']}#{place}", classes)


HANDLES = {
    "$from": _Resolving.from_evidence,
    "$request": _Resolving.from_request,
    "$contract": _Resolving.from_contract,
}
"""By the only key of a handle, how it is resolved."""


def tool_of(view: View, piece: Evidence) -> str:
    """The tool that gave a result; "" for what a retriever brought."""
    if piece["kind"] != RESULT:
        return ""
    calls = {f"call:{step['call_id']}": step["tool"] for step in view.run["plan"]}
    return calls.get(piece["id"], "?")


def _classes(view: View) -> tuple[str, ...]:
    """The data classes of all that the run has read."""
    flow = view.workflow.contract.flow
    read = (flow.classes(p["kind"], tool_of(view, p)) for p in view.run["evidence"])
    return tuple(sorted({name for classes in read for name in classes}))
