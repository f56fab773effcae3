"""Whether the flow of one call is explained: a table of rules by name, the first to object wins.

Nothing is trusted because it equals something trusted: only origins count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from streams.core.flow.declared import Control, Flow, ToolFlow
from streams.core.flow.pointers import leaves
from streams.core.flow.provenance import Origin, Provenance
from streams.core.flow.spans import span_in
from streams.core.state_policy import StatePolicy

UNNAMED = Control()
"""An argument of a tool that acts which the contract does not name."""


@dataclass(frozen=True, slots=True)
class Flowing:
    """One tool call with all that its flow is judged by."""

    name: str
    arguments: Mapping[str, Any]
    reads: bool
    provenance: Provenance
    flow: Flow
    policy: StatePolicy
    state: str

    @property
    def tool(self) -> ToolFlow:
        """What the contract says of the tool."""
        return self.flow.of_tool(self.name)

    @property
    def acts(self) -> bool:
        """Whether it changes something, or sends something away."""
        return not self.reads or self.tool.acts or self.tool.outbound


@dataclass(frozen=True, slots=True)
class Unexplained:
    """What one rule objects to. `final` when no person may allow it."""

    rule: str
    reason: str
    final: bool = False


def objections(call: Flowing) -> Iterator[Unexplained]:
    """What each rule objects to, in order; nothing when the call's flow is explained."""
    for rule, judge in RULES.items():
        reason = judge(call)
        if reason:
            yield Unexplained(rule, f"{call.name}: {reason}", rule in FINAL)


def origins(call: Flowing) -> dict[str, Origin]:
    """The origin of every value that the call takes; literals that the request names are its."""
    return {pointer: origin for pointer, _, origin, _ in _values(call)}


def _handle(call: Flowing) -> str:
    return call.provenance.broken


def _network(call: Flowing) -> str:
    if call.tool.outbound and call.policy.network == "none":
        return f"it is outbound, and state {call.state} has no network; see `network: listed`"
    hosts = [call.tool.destination] if call.tool.destination else []
    hosts += [_host(value) for _, value, _, control in _values(call) if _is_url(control, call)]
    listed = call.policy.destinations if call.policy.network == "listed" else ()
    other = next((host for host in hosts if host not in listed), None)
    if other is None:
        return ""
    return (
        f"state {call.state} may not reach {other}; `network: listed` with it among its "
        "`destinations` would allow it"
    )


def _data_class(call: Flowing) -> str:
    allowed = call.policy.data_classes
    wrong = [] if allowed is None else sorted({*call.tool.returns} - {*allowed})
    if not wrong:
        return ""
    return f"{wrong[0]} data may not enter state {call.state}; add it to its `data_classes`"


def _asked_for(call: Flowing) -> str:
    """What acts must be about something that the request, or the contract, names."""
    tool, request = call.tool, call.provenance.request
    if not call.acts or tool.unprompted:
        return ""
    if tool.said:
        if _any_of(tool.said).search(request):
            return ""
        return f"the request does not ask for it: it holds none of {', '.join(tool.said)}"
    named = (o.source in {"request", "contract"} for _, _, o, control in _values(call) if control)
    if any(named):
        return ""
    return "the request names nothing that it acts on; a control argument from it would do"


@lru_cache(maxsize=256)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """A word that begins with one of these."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})", re.IGNORECASE)


def _control_argument(call: Flowing) -> str:
    for pointer, value, origin, control in _values(call):
        if control and value not in {"", None} and origin.source not in control.sources:
            return (
                f"{pointer} controls what happens and comes from {origin}; it must come from "
                f"{' or '.join(control.sources)}: {_remedy(control)}"
            )
    return ""


def _own_records(call: Flowing) -> str:
    for pointer, value, _, control in _values(call):
        place = control.own if control and value is not None else None
        if place and value not in call.provenance.owned(place):
            return f"{pointer} is none of the customer's own, which stand at {place}"
    return ""


def _confidential(call: Flowing) -> str:
    """What the model wrote may hold all that it has read."""
    if not call.tool.outbound or any(c.own for c in call.tool.control.values()):
        return ""
    leaving = {
        name for _, value, origin, _ in _values(call) if value for name in _held(call, origin)
    }
    kept = sorted(leaving - {*call.tool.carries})
    if not kept:
        return ""
    return f"it would carry {kept[0]} data to a recipient that is not cleared for it"


RULES: Mapping[str, Callable[[Flowing], str]] = {
    "handle": _handle,
    "network": _network,
    "data_class": _data_class,
    "asked_for": _asked_for,
    "control_argument": _control_argument,
    "own_records": _own_records,
    "confidential": _confidential,
}
"""Each gives a reason, or nothing when it holds."""
FINAL = frozenset({"handle", "network", "data_class"})
"""Rules whose objection no person may set aside."""

_Value = tuple[str, Any, Origin, Control | None]


def _values(call: Flowing) -> Iterator[_Value]:
    """Every value with its pointer, its origin, and what it controls, if anything."""
    for argument, given in call.arguments.items():
        control = _control(call, argument)
        for pointer, value in leaves(given, f"/{argument}"):
            yield pointer, value, _origin(call, pointer, value, control), control


def _control(call: Flowing, argument: str) -> Control | None:
    if argument in call.tool.control:
        return call.tool.control[argument]
    free = argument in call.tool.content or not call.acts
    return None if free else UNNAMED


def _origin(call: Flowing, pointer: str, value: Any, control: Control | None) -> Origin:
    origin = call.provenance.of(pointer)
    if control is None or origin.source != "model":
        return origin
    span = span_in(call.provenance.request, value, control.kind)
    return origin if span is None else Origin("request", f"request[{span[0]}:{span[1]}]")


def _held(call: Flowing, origin: Origin) -> tuple[str, ...]:
    return call.provenance.classes if origin.source == "model" else origin.classes


def _is_url(control: Control | None, call: Flowing) -> bool:
    return control is not None and control.kind == "url" and call.tool.outbound


def _host(value: Any) -> str:
    text = str(value)
    return urlsplit(text if "://" in text else f"//{text}").hostname or text


def _remedy(control: Control) -> str:
    ways = {
        "contract": 'a value of the contract ({"$contract": NAME})',
        "request": f"words of the request that are a whole {control.kind}",
        "trusted": 'a handle on a trusted field ({"$from": "ID#/POINTER"})',
    }
    return "name it by " + ", or by ".join(ways[s] for s in control.sources if s in ways)
