"""What outsiders publish, without personal data and secrets: where each may stand, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from agents.privacy.finding import kinds_in
from agents.privacy.scrubbing import masked, scrubbed
from schemas.errors import NonConforming

Record = Mapping[str, Any]
NAMES = (
    "event_id", "workspace", "user_id", "workflow", "intent", "customer_tier", "region",
)  # fmt: skip
"""Fields of an intake event that name things, and so stand in every record of a run."""


class Clean(NamedTuple):
    """A record that may go on, and what its placeholders stand for."""

    record: Record
    values: Mapping[str, str]


def clean_event(event: Record) -> Clean:
    """An intake event with placeholders in the customer's words.

    Raises NonConforming for a name that holds a value: names cannot be replaced, since runs,
    caps and records are found by them.
    """
    for field in NAMES:
        kinds = kinds_in(event[field] or "")
        if kinds:
            raise NonConforming(
                field,
                f"holds what looks like {kinds[0]}; it is written everywhere as it is, so publish "
                "an id that means nothing to others",
            )
    text, values = scrubbed(event["request"])
    return Clean({**event, "request": text}, values)


def masking(field: str) -> Callable[[Record], Clean]:
    """A record whose `field` holds words of a person: values in them are replaced for good."""

    def clean(record: Record) -> Clean:
        return Clean({**record, field: masked(record[field])}, {})

    return clean
