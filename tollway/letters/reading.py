"""Dead letters and what was done with them, from Kafka or an export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from schemas.codec import Codec
from schemas.errors import LetterRefused, RecordError
from schemas.topics import dead_letter_topic
from streams.sources.record import RecordSource, SourceRecord
from tollway.letters.names import Name, Wanted

if TYPE_CHECKING:
    from schemas.records import DeadLetter, OperatorAction

ACTIONS = "operator.actions"


@dataclass(frozen=True, slots=True)
class Held:
    """A letter, where its twin holds it, and what was done with it, oldest first."""

    name: Name
    letter: DeadLetter
    partition: int
    offset: int
    actions: list[OperatorAction]

    def fits(self, wanted: Wanted) -> bool:
        """Whether it was asked for."""
        return (
            wanted.topic in {None, self.name.topic}
            and wanted.reason in {None, self.letter["reason"]}
            and (wanted.since_ms is None or self.letter["found_at_ms"] >= wanted.since_ms)
            and not (wanted.only_open and self.actions)
        )


@dataclass(slots=True)
class Letters:
    """Letters by name, oldest first; `strangers` are records that do not belong where they are."""

    held: dict[Name, Held] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)

    def chosen(self, wanted: Wanted) -> list[Held]:
        """Those that were asked for."""
        return [held for held in self.held.values() if held.fits(wanted)]

    def named(self, name: Name) -> Held:
        """The letter of that name. Raises LetterRefused when there is none."""
        if name not in self.held:
            raise LetterRefused(
                f"{name}: {dead_letter_topic(name.topic)} holds no such letter; "
                "'tollway dlq list' shows what is there"
            )
        return self.held[name]


async def read_letters(source: RecordSource, codec: Codec, topics: Iterable[str]) -> Letters:
    """All letters of these topics. A letter that arrived twice is one letter."""
    letters, found = Letters(), list[Held]()
    actions = await _actions(source, codec, letters)
    for topic in topics:
        twin = dead_letter_topic(topic)
        async for record, decoded in _decoded(source, codec, twin, "dead_letter", letters):
            letter = cast("DeadLetter", decoded)
            name = Name(letter["topic"], letter["partition"], letter["offset"])
            done = actions.get(name, [])
            found.append(Held(name, letter, record.partition, record.offset, done))
    for held in sorted(found, key=lambda held: (held.letter["found_at_ms"], held.name)):
        letters.held.setdefault(held.name, held)
    return letters


async def _actions(
    source: RecordSource, codec: Codec, letters: Letters
) -> dict[Name, list[OperatorAction]]:
    """What operators did, by letter."""
    done: defaultdict[Name, list[OperatorAction]] = defaultdict(list)
    async for _, decoded in _decoded(source, codec, ACTIONS, "operator_action", letters):
        action = cast("OperatorAction", decoded)
        done[Name(action["topic"], action["partition"], action["offset"])].append(action)
    for actions in done.values():
        actions.sort(key=lambda action: action["done_at_ms"])
    return done


async def _decoded(
    source: RecordSource, codec: Codec, topic: str, schema: str, letters: Letters
) -> AsyncIterator[tuple[SourceRecord, dict[str, Any]]]:
    """Every record of a topic that belongs there; the others are noted as strangers."""
    for partition in await source.partitions(topic):
        async for record in source.read(topic, partition):
            try:
                decoded = codec.decode(schema, record.value)
            except RecordError as error:
                letters.strangers.append(f"{topic}/{partition} offset {record.offset}: {error}")
            else:
                yield record, decoded
