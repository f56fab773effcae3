"""A requests file as intake events: the customers' words, and never the recorded steps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from schemas.errors import SettingError
from streams.core.hashing import digest, run_id

if TYPE_CHECKING:
    from schemas.records import IntakeEvent

WORKFLOW = "retail_support"
WORKSPACES = 12
TIERS = ("standard", "standard", "standard", "premium")
REGIONS = ("us-east", "us-west", "eu")


@dataclass(frozen=True, slots=True)
class Request:
    """One customer request."""

    id: str
    user_id: str
    text: str

    @property
    def workspace(self) -> str:
        """Where the customer lives: always the same workspace for the same customer."""
        return f"shop-{_spread(self.user_id, WORKSPACES) + 1:02d}"

    @property
    def run_id(self) -> str:
        """The run that this request starts."""
        return run_id(self.workspace, self.id)

    def event(self, now_ms: int) -> IntakeEvent:
        """The intake event."""
        return {
            "event_id": self.id,
            "workspace": self.workspace,
            "user_id": self.user_id,
            "workflow": WORKFLOW,
            "intent": None,
            "customer_tier": TIERS[_spread(f"tier {self.user_id}", len(TIERS))],
            "region": REGIONS[_spread(f"region {self.user_id}", len(REGIONS))],
            "occurred_at_ms": now_ms,
            "request": self.text,
        }


def read_requests(path: Path) -> list[Request]:
    """The requests of a file, one JSON object a line. Raises SettingError naming the line."""
    if not path.is_file():
        raise SettingError(f"{path}: no such file; give a file with one JSON request a line")
    lines = path.read_bytes().splitlines()
    requests = [
        _request(line, f"{path.name} line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    _refuse_repeated(requests, path.name)
    return requests


def _request(line: bytes, where: str) -> Request:
    try:
        row = orjson.loads(line)
        return Request(str(row["id"]), row["user_id"], row["request"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise SettingError(f"{where}: needs id, user_id and request as JSON: {error!r}") from error


def _refuse_repeated(requests: list[Request], name: str) -> None:
    seen: set[str] = set()
    for request in requests:
        if request.id in seen:
            raise SettingError(f"{name}: id {request.id} stands twice, and would be one run")
        seen.add(request.id)


def _spread(text: str, count: int) -> int:
    """A number below `count` that depends on the text alone."""
    return int.from_bytes(digest(text.encode())[:4], "big") % count
