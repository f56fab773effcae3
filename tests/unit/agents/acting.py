"""Calls as a pool receives them, and a toolbox that does what a test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agents.pools.acting import Performer, as_done
from agents.pools.tool import ToolPool
from agents.tools.spec import CallContext
from schemas.strict import StrictModel
from tests.builders import NAME, NOON_MS, Note, plan, result, workflow
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call


def tool_call(name: str = "look", **changes: Any) -> Call:
    """A call of a tool as the engine emits it."""
    journey = Journey()
    journey.start()
    journey.answer(result(journey.until_call("tiny-model"), answer=plan(name)))
    return {**journey.calls[0], **changes}  # type: ignore[typeddict-item]  # fields by name


@dataclass
class Desk:
    """A toolbox: notes who asked, then does what it was told."""

    does: Callable[[], Any] = field(default=lambda: Note(text="seen"))
    asked: list[tuple[str, StrictModel, CallContext]] = field(default_factory=list)

    def perform(self, tool: str, arguments: StrictModel, context: CallContext) -> StrictModel:
        self.asked.append((tool, arguments, context))
        done: StrictModel = self.does()
        return done

    def close(self) -> None:
        """Nothing to let go of."""


def raising(error: Exception) -> Callable[[], Any]:
    """What a desk does that breaks."""

    def does() -> Any:
        raise error

    return does


def performer(desk: Desk, now_ms: int = NOON_MS) -> Performer:
    """The tool pool of the tiny workflow."""
    pool = ToolPool({NAME: desk}, {NAME: workflow()})
    return Performer(pool.wire_type, pool.act, as_done, lambda: now_ms, "pool", pool.reconcile)
