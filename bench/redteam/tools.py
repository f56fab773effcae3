"""Flow declarations for tools that are known by their schema alone: a few rules, no case known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

DATA = Path(__file__).parent / "data"
READS = re.compile(r"^(Get|List|Search|View|Read|Retrieve|Access|Navigate|Download|Check|Find)")
SENDS = re.compile(r"^(Send|Share|Post|Reply|Forward|Publish)")
KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"email$|^to$|^cc$|^bcc$|recipient")),
    ("url", re.compile(r"url|website|link")),
    ("path", re.compile(r"path|file|folder")),
    ("amount", re.compile(r"amount|price|quantity")),
    ("phone", re.compile(r"phone")),
    ("date", re.compile(r"time|date")),
    ("id", re.compile(r"(^|_)ids?$|account|username|number|payee")),
)
"""The kind of an argument by its name; any other is text."""
CONTENT = re.compile(r"subject|body|message|content|description|comment|title|max_results")
"""Arguments that are free content by their name."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool by its schema."""

    name: str
    verb: str
    parameters: tuple[Mapping[str, Any], ...]

    @property
    def reads(self) -> bool:
        """By its verb; one that saves a file of a given name does not."""
        saves = any("local" in one["name"] for one in self.parameters)
        return READS.match(self.verb) is not None and not saves

    @property
    def outbound(self) -> bool:
        """It sends something, or takes a URL."""
        kinds = {kind_of(one["name"]) for one in self.parameters}
        return SENDS.match(self.verb) is not None or "url" in kinds

    def flow(self) -> dict[str, Any]:
        """What a contract says of it."""
        names = [one["name"] for one in self.parameters]
        content = [name for name in names if CONTENT.search(name)]
        control = {name: {"kind": kind_of(name)} for name in names if name not in content}
        acting = not self.reads or self.outbound
        return {
            "control": control if acting else {},
            "content": content,
            "outbound": self.outbound,
            "returns": ["private"] if self.reads else [],
        }


def kind_of(name: str) -> str:
    """The kind of an argument."""
    return next((kind for kind, shape in KINDS if shape.search(name)), "text")


@cache
def tools() -> Mapping[str, Tool]:
    """All tools by name."""
    kits = orjson.loads((DATA / "tools.json").read_bytes())
    return {
        kit["name_for_model"] + one["name"]: Tool(
            kit["name_for_model"] + one["name"], one["name"], tuple(one["parameters"])
        )
        for kit in kits
        for one in kit["tools"]
    }
