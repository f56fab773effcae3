"""Rule 7 of the ledger: re-driving a dead letter is a new run.

A letter of the public topic has started no run, so it is published again as it was. Of any other
letter the run is published again as a new event, whose id is made from the old one and the
letter's name: re-driving twice is the same run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from schemas.bounds import MAX_ID_CHARACTERS
from schemas.codec import Codec
from schemas.errors import LetterRefused, NonConforming, RecordError
from schemas.intake import conforming_intake
from streams.core.hashing import content_hash, run_id
from streams.core.inputs import Headers
from streams.sources.record import RecordSource
from tollway.letters.lives import Life, read_lives
from tollway.letters.names import Name
from tollway.letters.reading import Held

if TYPE_CHECKING:
    from schemas.records import IntakeEvent, RunState

PUBLIC, ADMITTED = "intake", "state.intake"
UNKNOWN = Life()


@dataclass(frozen=True, slots=True)
class Publication:
    """What goes to the public topic; ids are empty where the event cannot be read."""

    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    event_id: str = ""
    run_id: str = ""


@dataclass(frozen=True, slots=True)
class Redriving:
    """Makes publications of letters."""

    codec: Codec
    lives: dict[str, Life]

    def publication(self, held: Held) -> Publication:
        """What re-drives the letter. Raises LetterRefused when nothing can."""
        if held.name.topic == PUBLIC:
            return self._as_it_was(held)
        old = self._event(held)
        event = conforming(held.name, {**old, "event_id": new_event_id(old["event_id"], held.name)})
        value = self.codec.encode("intake_event", event)
        new_run = run_id(event["workspace"], event["event_id"])
        return Publication(event["workspace"].encode(), value, (), event["event_id"], new_run)

    def _as_it_was(self, held: Held) -> Publication:
        letter = held.letter
        if letter["cut"]:
            parts = ", ".join(cut["part"] for cut in letter["cut"])
            raise LetterRefused(
                f"{held.name}: only the beginning of its {parts} was kept; "
                "ask its publisher to publish it again, and drop the letter"
            )
        headers = tuple((header["name"], header["value"]) for header in letter["headers"])
        ids = self._ids(letter["value"])
        return Publication(letter["key"], letter["value"], headers, *ids)

    def _ids(self, value: bytes | None) -> tuple[str, str]:
        try:
            event = conforming_intake(self.codec.decode("intake_event", value))
        except RecordError:
            return "", ""
        return event["event_id"], run_id(event["workspace"], event["event_id"])

    def _event(self, held: Held) -> IntakeEvent:
        """The event that began the letter's run."""
        life = self._ended(held)
        if held.name.topic == ADMITTED:
            return self._admitted(held)
        if life.run is None:
            raise LetterRefused(
                f"{held.name}: no run on the ledger is known to belong to it, so none can be made "
                "of it; mend what writes to the topic, publish the request again, and drop the "
                "letter"
            )
        return event_of(life.run)

    def _ended(self, held: Held) -> Life:
        life = self.lives.get(held.letter["run_id"], UNKNOWN)
        if life.run is not None and life.outcome is None:
            raise LetterRefused(
                f"{held.name}: run {held.letter['run_id']} has not ended, and a second one would "
                "do its work twice; wait for its outcome"
            )
        if life.outcome == "resolved":
            raise LetterRefused(
                f"{held.name}: run {held.letter['run_id']} was resolved without it; drop the letter"
            )
        return life

    def _admitted(self, held: Held) -> IntakeEvent:
        try:
            return cast("IntakeEvent", self.codec.decode("intake_event", held.letter["value"]))
        except RecordError as error:
            raise LetterRefused(
                f"{held.name}: it holds no intake event ({error}), so no run can be made of it; "
                "mend what writes to the topic, publish the request again, and drop the letter"
            ) from error


async def redriving(source: RecordSource, codec: Codec, letters: Iterable[Held]) -> Redriving:
    """How to re-drive these letters; reads the ledger where their runs are."""
    wanted: defaultdict[int, set[str]] = defaultdict(set)
    for held in letters:
        if held.letter["run_id"] and held.name.topic != PUBLIC:
            wanted[held.name.partition].add(held.letter["run_id"])
    return Redriving(codec, await read_lives(source, codec, wanted))


def event_of(run: RunState) -> IntakeEvent:
    """The event that a run began with; when it was seen is when it was received."""
    return {
        "event_id": run["event_id"],
        "workspace": run["workspace"],
        "user_id": run["user_id"],
        "workflow": run["workflow"] or None,
        "intent": run["intent"] or None,
        "customer_tier": run["customer_tier"],
        "region": run["region"],
        "occurred_at_ms": run["received_at_ms"],
        "request": run["request"],
    }


def new_event_id(old: str, name: Name) -> str:
    """The id of the event that re-drives a letter; where it is too long, a hash stands for old."""
    suffix = f".redrive.{name.topic}.{name.partition}.{name.offset}"
    if len(old + suffix) <= MAX_ID_CHARACTERS:
        return old + suffix
    return content_hash(old.encode()) + suffix


def conforming(name: Name, event: object) -> IntakeEvent:
    """The event, within bounds. Raises LetterRefused."""
    try:
        return conforming_intake(cast("IntakeEvent", event))
    except NonConforming as error:
        raise LetterRefused(
            f"{name}: its event does not conform ({error}); publish the request again, mended, "
            "and drop the letter"
        ) from error
