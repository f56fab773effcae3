"""Topics of the tiny world with dead letters in them, and what operators did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agents.state_table import state_table
from schemas.errors import NotFramed
from streams.core import dead_letters
from streams.core.audit.redecide import Production
from streams.core.engine import Engine
from streams.core.inputs import Input
from tests.builders import CODEC, NOON_MS, event
from tests.unit.core.test_dead_letters import Broken
from tests.unit.sinks.world import World

if TYPE_CHECKING:
    from schemas.records import DeadLetter, OperatorAction

EVENT = CODEC.encode("intake_event", event())


class BrokenWorld(World):
    """A deployment in which one state breaks."""

    def __init__(self, state: str) -> None:
        self.broken = state
        super().__init__()

    def production(self) -> Production:
        table = dict(state_table())
        table[self.broken] = Broken(table[self.broken], "proceed", RuntimeError("oh no"))
        known = {self.flow.name: self.flow}
        return Production(lambda name, number: Engine(CODEC, known, table, name, number), {})


def letter(value: bytes | None = b"garbage", topic: str = "intake", **changes: Any) -> DeadLetter:
    """A dead letter as a gateway or worker makes it."""
    source = Input(topic, 4, b"key", value, (("trace", b"\xff"), ("null", None)))
    made = dead_letters.letter(source, NotFramed("", "no framing"), "finder", 0, NOON_MS)
    return {**made, **changes}  # type: ignore[typeddict-item]  # fields by name


def put_letter(world: World, letter: DeadLetter) -> None:
    """Into the twin."""
    world.publish(f"{letter['topic']}.dead", CODEC.encode("dead_letter", letter))


def put_action(world: World, letter: DeadLetter, **changes: Any) -> None:
    """On record."""
    done: OperatorAction = {
        "action": "drop",
        "topic": letter["topic"],
        "partition": letter["partition"],
        "offset": letter["offset"],
        "event_id": "",
        "run_id": "",
        "who": "ann@console",
        "why": "a test",
        "done_at_ms": NOON_MS,
    }
    world.publish("operator.actions", CODEC.encode("operator_action", {**done, **changes}))
