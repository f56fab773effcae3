"""YAML read with the line of every key and value, which plain loading throws away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from agents.contracts.findings import Fault, Place


@dataclass(frozen=True, slots=True)
class Document:
    """A file's value, where everything in it stands, and what is wrong with it as YAML."""

    value: Any
    lines: Mapping[Place, int]
    faults: tuple[Fault, ...]

    @property
    def unreadable(self) -> bool:
        """Whether there is no value for a reason that `faults` gives."""
        return self.value is None and bool(self.faults)

    def line(self, place: Place) -> int:
        """The line of `place`, or of the closest thing around it that is there."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read(text: str) -> Document:
    """The document in `text`. Never raises for what is in it: that becomes a fault."""
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        return _unreadable(error)
    reader = _Reader(loader)
    value = None if root is None else reader.value(root, ())
    return Document(value, reader.lines, tuple(reader.faults))


def _unreadable(error: yaml.YAMLError) -> Document:
    mark = getattr(error, "problem_mark", None)
    line = 1 if mark is None else mark.line + 1
    reason = " ".join(str(getattr(error, "problem", None) or error).split())
    fault = Fault((), f"is not YAML: {reason}", "check indentation, colons and quotes there")
    return Document(None, {(): line}, (fault,))


@dataclass(slots=True)
class _Reader:
    loader: yaml.SafeLoader
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _within: list[yaml.Node] = field(default_factory=list)

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if node in self._within:
            return self._fault(place, "contains itself", "write it out without the alias")
        self._within.append(node)
        try:
            return self._content(node, place)
        finally:
            self._within.pop()

    def _content(self, node: yaml.Node, place: Place) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, at)) for at, item in enumerate(node.value)]
        try:
            return self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            reason = getattr(error, "problem", None) or error
            return self._fault(place, f"cannot be read: {reason}", "put text in quotes")

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(place, "has a key that is no name", "write `name: value`")
                continue
            key, at = key_node.value, (*place, key_node.value)
            line = key_node.start_mark.line + 1
            if key in found:
                reason = f"stands twice, on lines {self.lines[at]} and {line}"
                self._fault(at, reason, "keep one of them")
                continue
            self.lines[at] = line
            found[key] = self.value(value_node, at)
        return found

    def _fault(self, place: Place, reason: str, instead: str) -> None:
        self.faults.append(Fault(place, reason, instead))
