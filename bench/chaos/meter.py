"""The world outside: slow, and with its own count of every time a tool is asked to act.

The store knows each idempotency key once, so its log cannot show that it was asked twice.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from agents.tools.spec import CallContext, Toolbox
from schemas.strict import StrictModel
from workflows.retail_support import toolbox

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = "acts.log"
ACT_S = 0.2
"""How long the world takes, at least, so that faults find acts under way."""


@dataclass(frozen=True, slots=True)
class MeteredToolbox:
    """A toolbox that is counted. Lines are short, so each is written whole or not at all."""

    inner: Toolbox
    file: int

    def perform(self, tool: str, arguments: StrictModel, context: CallContext) -> StrictModel:
        """Count and act, a while later."""
        os.write(self.file, f"{context.call_id}\n".encode())
        time.sleep(ACT_S)
        return self.inner.perform(tool, arguments, context)

    def close(self) -> None:
        """Let go of both."""
        os.close(self.file)
        self.inner.close()


def open_toolbox(settings: Mapping[str, str]) -> Toolbox:
    """The retail toolbox, metered beside its store."""
    path = Path(make_url(settings["store_url"]).database or "").parent / FILE
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    return MeteredToolbox(toolbox.open_toolbox(settings), file)


def acts_by_call(folder: Path) -> Counter[str]:
    """How often a tool was asked to perform each call, by call id."""
    path = folder / FILE
    lines: Sequence[str] = path.read_text("utf-8").split() if path.exists() else ()
    return Counter(lines)
