"""What is wrong with a contract, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]
Place = tuple[str | int, ...]
"""Where a value stands: keys and indices from the top."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding before it is known on which line it stands."""

    place: Place
    reason: str
    instead: str
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. An error stops a worker, a warning does not."""

    file: Path
    line: int
    field: str
    reason: str
    instead: str
    severity: Severity = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: {self.severity}: "
        return f"{where}{self.field or 'the file'}: {self.reason}; {self.instead}"


def field_name(place: Place) -> str:
    """The place as people write it, for instance `caps[0].usd_micros`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).removeprefix(".")


def choice(wrong: str, known: Iterable[str]) -> str:
    """Advice for a name that does not exist: the closest one that does, and all there are."""
    names = sorted(known)
    close = get_close_matches(wrong, names, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"{hint}there {'is' if len(names) == 1 else 'are'}: {', '.join(names) or 'none'}"
