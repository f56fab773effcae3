"""`python -m bench.chaos.without RULE COMMAND...`: a production process with one rule off.

Production code has no switch for its rules. This entry point replaces the rule in its own process
and then runs the ordinary command. It shows that the harness sees what the rule prevents.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from streams.adapters.processor import Processor
from streams.adapters.timekeeper import Timed, Timekeeper
from streams.core import tables, ticks
from streams.core.chain import Chain
from streams.core.claims import Claims
from streams.core.fold import Fold
from streams.core.writer import Writer

if TYPE_CHECKING:
    from streams.adapters.parts import Parts
    from streams.core.writer import Sealed


def replace(owner: Any, name: str, new: object) -> None:
    """Put `new` in the place of a rule. Raises AttributeError when the rule has moved."""
    getattr(owner, name)
    setattr(owner, name, new)


def chain() -> None:
    """Every block counts, whatever it follows and wherever it landed."""
    replace(Chain, "extends", lambda *_: True)
    replace(Writer, "acknowledge", lambda *_: True)


def claims() -> None:
    """Acts start before their claims are accepted, and a restarted pool acts again."""
    append, fold, start = Processor._append, Processor._fold, Processor._start  # noqa: SLF001

    async def act_and_append(self: Processor, sealed: Sealed) -> None:
        start(self, sealed)
        await append(self, sealed)

    async def fold_and_act(self: Processor) -> None:
        await fold(self)
        _act_again(self.partition, self._parts, self._writer.fold)

    replace(Processor, "_append", act_and_append)
    replace(Processor, "_start", lambda *_: None)
    replace(Processor, "_fold", fold_and_act)
    replace(Claims, "after_fold", lambda *_: [])


def _act_again(partition: int, parts: Parts, fold: Fold) -> None:
    for _, entry in fold.tables.items(tables.CLAIMS):
        if entry["call"]["call_id"] not in parts.acts.running:
            parts.acts.promise(1)
            parts.acts.start(partition, entry["call"])


def dedupe() -> None:
    """Records that were sent again after a crash are decided again."""
    replace(Fold, "applied", lambda *_: False)


def time_waits() -> None:
    """A deadline counts as soon as it has passed, whatever lies undecided on the topics."""

    async def tick_at_once(self: Timekeeper, timed: Timed) -> None:
        if timed.any_due(self.now_ms()):
            await self._tick(timed, 0)

    replace(Timekeeper, "look", tick_at_once)
    replace(ticks, "_all_applied", lambda *_: True)


RULES: Mapping[str, Callable[[], None]] = {
    "chain": chain,
    "claims": claims,
    "dedupe": dedupe,
    "time-waits": time_waits,
}
"""How each rule is taken away, by name."""


def main() -> None:
    """Take the rule away and run the command."""
    rule, *command = sys.argv[1:]
    RULES[rule]()
    from tollway.cli import main as tollway  # noqa: PLC0415  after the rule is gone

    sys.argv = ["tollway", *command]
    tollway()


if __name__ == "__main__":
    main()
