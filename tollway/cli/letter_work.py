"""The work behind `tollway dlq redrive` and `drop`: choose, refuse what must be, do the rest."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.errors import LetterRefused
from schemas.topics import topics
from streams.adapters.clients import new_producer
from streams.settings import Settings
from streams.sources.opening import open_source
from tollway.codecs import open_codec
from tollway.letters.desk import NOTHING, REDRIVE, Desk, operator, refuse_handled
from tollway.letters.names import Name, Wanted
from tollway.letters.reading import Held, Letters, read_letters
from tollway.letters.redriving import Publication, Redriving, redriving


@dataclass(frozen=True, slots=True)
class Asked:
    """What an operator asks for: letters by name, or all that fit when there is no name."""

    action: str
    names: Sequence[Name]
    wanted: Wanted
    why: str
    dry_run: bool
    again: bool


@dataclass(slots=True)
class Report:
    """A line for each letter that was handled, and for each that was refused."""

    done: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


async def work(settings: Settings, asked: Asked) -> Report:
    """Do what is asked for. Letters that are refused do not hold up the others."""
    codec, report = open_codec(settings), Report()
    async with open_source(settings, None) as source:
        letters = _chosen(await read_letters(source, codec, _topics(asked)), asked, report)
        again = await redriving(source, codec, letters if asked.action == REDRIVE else ())
    plan = _plan(letters, asked, again, report)
    if asked.dry_run or not plan:
        report.done += [f"would {_told(asked, name, made)}" for name, made in plan.items()]
        return report
    async with new_producer(settings, "tollway-dlq") as producer:
        desk = Desk(settings, codec, producer, operator(), asked.why, _now_ms)
        for name, made in plan.items():
            await (desk.redrive(name, made) if asked.action == REDRIVE else desk.drop(name))
            report.done.append(_told(asked, name, made))
    return report


def _topics(asked: Asked) -> list[str]:
    if asked.names:
        return sorted({name.topic for name in asked.names})
    every = [topic.name for topic in topics().values() if topic.dead_letters]
    return every if asked.wanted.topic is None else [asked.wanted.topic]


def _chosen(letters: Letters, asked: Asked, report: Report) -> list[Held]:
    if not asked.names:
        return letters.chosen(asked.wanted)
    chosen = []
    for name in dict.fromkeys(asked.names):
        try:
            held = letters.named(name)
            refuse_handled(held, again=asked.again)
            chosen.append(held)
        except LetterRefused as error:
            report.refused.append(str(error))
    return chosen


def _plan(
    letters: Sequence[Held], asked: Asked, again: Redriving, report: Report
) -> dict[Name, Publication]:
    plan: dict[Name, Publication] = {}
    for held in letters:
        try:
            plan[held.name] = again.publication(held) if asked.action == REDRIVE else NOTHING
        except LetterRefused as error:
            report.refused.append(str(error))
    return plan


def _told(asked: Asked, name: Name, made: Publication) -> str:
    if asked.action != REDRIVE:
        return f"{asked.action} {name}"
    event = f"event {made.event_id}, run {made.run_id}" if made.event_id else "the bytes it had"
    return f"{asked.action} {name} as {event}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
