"""The gateway takes personal data and secrets out of all that outsiders publish."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiokafka.structs import ConsumerRecord

from agents.gateway import Gateway, _routed
from agents.privacy.vault import Person, reading_vault, writing_vault
from schemas.examples import example
from streams.core.hashing import run_id
from streams.settings import Settings
from tests.builders import CODEC, NOON_MS, event
from tests.unit.privacy.planted import all_values, everything

if TYPE_CHECKING:
    from schemas.records import DeadLetter

GATEWAY = Gateway(CODEC, 12, "gateway", lambda: NOON_MS)
MAIL = "jane.planted@example.com"


def published(value: bytes, topic: str = "intake", offset: int = 42) -> ConsumerRecord:
    return ConsumerRecord(topic, 7, offset, NOON_MS - 1, 0, b"k", value, 0, 0, 0, ())


def encoded(**changes: Any) -> bytes:
    return CODEC.encode("intake_event", event(**changes))


def letter(topic: str, value: bytes) -> DeadLetter:
    routed = GATEWAY.route(published(value, topic))
    assert routed.topic == f"{topic}.dead"
    return cast("DeadLetter", CODEC.decode("dead_letter", routed.value))


def test_a_request_goes_on_with_placeholders_and_its_values_to_the_vault() -> None:
    routed = GATEWAY.route(published(encoded(request=everything())))
    assert routed.deposit is not None
    gone_on = CODEC.decode("intake_event", routed.value)["request"]
    assert not [value for value in all_values() if value in gone_on]
    assert set(all_values()) >= {v for v in routed.deposit.values.values() if "\n" not in v}


def test_a_request_without_values_needs_no_vault() -> None:
    routed = GATEWAY.route(published(encoded()))
    assert routed.deposit is None
    assert CODEC.decode("intake_event", routed.value) == event()


@pytest.mark.parametrize(
    "field", ["event_id", "user_id", "workflow", "intent", "customer_tier", "region"]
)
def test_a_name_that_is_a_value_is_refused_and_told_without_it(field: str) -> None:
    dead = letter("intake", encoded(**{field: MAIL}))
    assert (dead["reason"], dead["field"]) == ("NonConforming", field)
    assert "EMAIL" in dead["message"]
    assert MAIL not in dead["message"]
    assert MAIL.encode() in (dead["value"] or b"")


@pytest.mark.parametrize(
    ("topic", "schema", "case", "field"),
    [
        ("control", "control_command", "correction", "why"),
        ("approvals.decisions", "approval_decision", "typical", "reason"),
    ],
)
def test_words_of_people_are_masked(topic: str, schema: str, case: str, field: str) -> None:
    record = dict(example(schema, case)) | {field: f"since {MAIL} asked"}
    routed = GATEWAY.route(published(CODEC.encode(schema, record), topic))
    assert CODEC.decode(schema, routed.value)[field] == "since [EMAIL] asked"


def test_letters_outside_quarantine_hold_no_value() -> None:
    dead = letter("control", f'{{"why": "{MAIL}"}}'.encode())
    assert dead["value"] == b'{"why": "[EMAIL]"}'
    assert letter("control", b"\xff\xfe\0")["value"] == b"\xff\xfe\0"


def test_killed_before_it_forwarded_the_gateway_does_the_same_again(tmp_path: Path) -> None:
    """The vault was written and nothing was sent: another process reads the same records."""
    settings = Settings(data_dir=tmp_path)
    records = [published(encoded(event_id=f"e{n}", request=MAIL), offset=n) for n in range(3)]
    first = _routed(GATEWAY, writing_vault(settings), records)
    again = _routed(GATEWAY, writing_vault(settings), records)
    assert first == again
    person = Person(event()["workspace"], event()["user_id"])
    for number in range(3):
        run = run_id(person.workspace, f"e{number}")
        assert reading_vault(settings).values(person, run) == {"[EMAIL_1]": MAIL}
    assert len(list(writing_vault(settings).keys.names(person.folder))) == 3
