"""When so many records of a topic are dead letters that stopping is wiser than draining it."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from schemas.errors import TooManyDeadLetters
from schemas.topics import dead_letter_topic
from streams.core.dead_letters import RULE
from streams.core.inputs import LOCAL

if TYPE_CHECKING:
    from streams.core.draft import Draft


@dataclass(frozen=True, slots=True)
class RatioLimits:
    """At most the share `ratio` of a topic's last `window` records may be dead letters.

    It counts once there are `at_least` of them. A ratio of 1 is never exceeded.
    """

    ratio: float = 0.5
    window: int = 500
    at_least: int = 50


@dataclass(slots=True)
class DeadLetterRatio:
    """Watches the topics that one consumer reads, each by itself."""

    limits: RatioLimits = field(default_factory=RatioLimits)
    _dead: Counter[str] = field(default_factory=Counter)
    _last: defaultdict[str, deque[bool]] = field(init=False)

    def __post_init__(self) -> None:
        self._last = defaultdict(partial(deque, maxlen=self.limits.window))

    def accepted(self, drafts: Iterable[Draft]) -> None:
        """Take the decisions of an accepted block. Raises TooManyDeadLetters."""
        for draft in drafts:
            if draft.source.topic != LOCAL:
                self.note(draft.source.topic, draft.reason if draft.rule == RULE else None)

    def note(self, topic: str, reason: str | None) -> None:
        """Take one record, with the reason if it is a dead letter. Raises TooManyDeadLetters."""
        last = self._last[topic]
        if len(last) == last.maxlen:
            self._dead[topic] -= last[0]
        last.append(reason is not None)
        if reason is not None:
            self._dead[topic] += 1
            self._judge(topic, len(last), reason)

    def _judge(self, topic: str, records: int, reason: str) -> None:
        dead, limits = self._dead[topic], self.limits
        if dead >= limits.at_least and dead > limits.ratio * records:
            raise TooManyDeadLetters(
                f"{topic}: {dead} of the last {records} records could not be handled, more than "
                f"TOLLWAY_DEAD_LETTER_RATIO={limits.ratio:g} allows; the last one: {reason}. "
                f"This process stops before it drains {topic} into {dead_letter_topic(topic)}; "
                "nothing is lost: what was decided is kept, and the rest still waits in the topic. "
                f"See 'tollway dlq list --topic {topic}', mend what writes to {topic}, and start "
                "again; or raise TOLLWAY_DEAD_LETTER_RATIO (1 switches this off)"
            )
