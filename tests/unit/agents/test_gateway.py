"""The gateway puts what conforms on its workspace's partition, and all else where it is kept."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiokafka.structs import ConsumerRecord

from agents.gateway import Gateway, partition_of
from schemas.examples import example
from schemas.topics import kept_value_bytes, topics
from streams.adapters.clients import MAX_REQUEST_BYTES
from tests.builders import CODEC, NOON_MS, event

if TYPE_CHECKING:
    from schemas.records import DeadLetter

OVERHEAD_BYTES = 1_000
"""More than a batch of one record adds."""
GATEWAY = Gateway(CODEC, 12, "gateway", lambda: NOON_MS)


def published(
    value: bytes | None, key: bytes | None = b"k", headers: Any = (), topic: str = "intake"
) -> ConsumerRecord:
    """A record as an outsider publishes it, on any partition."""
    return ConsumerRecord(topic, 7, 42, NOON_MS - 1, 0, key, value, 0, 0, 0, tuple(headers))


def encoded(**changes: Any) -> bytes:
    return CODEC.encode("intake_event", event(**changes))


def dead_letter(value: bytes | None, **record: Any) -> DeadLetter:
    routed = GATEWAY.route(published(value, **record))
    assert (routed.topic, routed.partition) == ("intake.dead", None)
    return cast("DeadLetter", CODEC.decode("dead_letter", routed.value))


@pytest.mark.parametrize(
    ("text", "hashed"),
    [
        ("21", -973932308),
        ("foobar", -790332482),
        ("a-little-bit-long-string", -985981536),
        ("a-little-bit-longer-string", -1486304829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        ("abc", 479470107),
    ],
)
def test_a_workspace_is_partitioned_as_kafkas_own_client_does(text: str, hashed: int) -> None:
    """The values of Kafka's Java client for its murmur2."""
    for partitions in (1, 4, 12):
        assert partition_of(text, partitions) == (hashed & 0x7FFF_FFFF) % partitions


def test_an_event_goes_to_the_partition_of_its_workspace_whatever_its_key() -> None:
    routed = GATEWAY.route(published(encoded(), key=b"something else"))
    assert (routed.topic, routed.key) == ("state.intake", b"acme")
    assert routed.partition == partition_of("acme", 12)
    assert CODEC.decode("intake_event", routed.value) == event()


def test_headers_of_outsiders_go_no_further() -> None:
    routed = GATEWAY.route(published(encoded(), headers=[("tollway-place", b"ledger/9/9")]))
    assert "headers" not in {field.name for field in fields(routed)}
    assert b"ledger/9/9" not in routed.value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "NotFramed"),
        (b"", "NotFramed"),
        (b'{"event_id": "1"}', "NotFramed"),
        (b"\0\0\0\0\1abc", "UnknownSchema"),
        (encoded()[:-1], "Undecodable"),
        (encoded() + b"!", "Undecodable"),
    ],
)
def test_garbage_is_kept_with_the_reason(value: bytes | None, reason: str) -> None:
    kept = dead_letter(value)
    assert (kept["reason"], kept["value"], kept["key"]) == (reason, value, b"k")
    assert (kept["topic"], kept["partition"], kept["offset"]) == ("intake", 7, 42)
    assert kept["message"]


def test_a_record_of_another_schema_says_which_belongs_here() -> None:
    budget = CODEC.encode("budget_entry", {"spent_usd_micros": 0, "reserved_usd_micros": 0})
    kept = dead_letter(budget)
    assert kept["reason"] == "WrongSchema"
    assert kept["message"] == "holds budget_entry, and only intake_event belongs here"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_id", ""),
        ("event_id", "x" * 129),
        ("event_id", "tab\there"),
        ("workspace", ""),
        ("workspace", "a|b"),
        ("workspace", "../etc"),
        ("workspace", "ünï"),
        ("user_id", ""),
        ("workflow", ""),
        ("intent", "x" * 65),
        ("region", ""),
        ("customer_tier", "x" * 33),
        ("occurred_at_ms", 0),
        ("occurred_at_ms", -1),
        ("request", ""),
        ("request", "x" * 16_001),
    ],
)
def test_a_field_out_of_bounds_is_named_with_the_reason(field: str, value: Any) -> None:
    kept = dead_letter(encoded(**{field: value}))
    assert (kept["reason"], kept["field"]) == ("NonConforming", field)
    assert kept["message"].startswith(f"{field}: ")


def test_a_text_out_of_bounds_is_not_repeated_since_it_may_be_personal() -> None:
    assert "Ann Lee" not in dead_letter(encoded(request="Ann Lee" * 3_000))["message"]


def test_a_dead_letter_keeps_headers_and_a_missing_key() -> None:
    headers = [("trace", b"\xff"), ("null", None)]
    kept = dead_letter(b"?", key=None, headers=headers)
    assert kept["key"] is None
    assert kept["headers"] == [{"name": "trace", "value": b"\xff"}, {"name": "null", "value": None}]


def test_only_what_no_twin_could_take_is_cut() -> None:
    most = kept_value_bytes(topics()["intake"])
    assert dead_letter(b"x" * most)["cut"] == []
    kept = dead_letter(b"x" * (most + 1))
    assert kept["value"] == b"x" * most
    assert [(cut["part"], cut["original_bytes"]) for cut in kept["cut"]] == [("value", most + 1)]


def test_a_letter_always_fits_its_twin_and_the_producer() -> None:
    headers = [("name", b"h" * 10_000_000)]
    routed = GATEWAY.route(published(b"x" * 20_000_000, key=b"k" * 10_000_000, headers=headers))
    size = len(routed.key) + len(routed.value) + OVERHEAD_BYTES
    assert size <= min(topics()["intake.dead"].max_bytes, MAX_REQUEST_BYTES)


def test_a_dead_letter_keeps_the_time_of_its_record() -> None:
    assert dead_letter(b"?")["timestamp_ms"] == NOON_MS - 1


def test_the_same_record_is_routed_the_same_way_each_time() -> None:
    assert GATEWAY.route(published(encoded())) == GATEWAY.route(published(encoded()))


def decision(**changes: Any) -> bytes:
    record = {**example("approval_decision", "typical"), **changes}
    return CODEC.encode("approval_decision", record)


def test_a_decision_goes_to_the_partition_of_its_workspace_with_the_time_it_came_in() -> None:
    routed = GATEWAY.route(published(decision(received_at_ms=1), topic="approvals.decisions"))
    assert (routed.topic, routed.key) == ("approvals.decided", b"acme")
    assert (routed.partition, routed.public) == (partition_of("acme", 12), "approvals.decisions")
    passed = CODEC.decode("approval_decision", routed.value)
    assert passed == {**example("approval_decision", "typical"), "received_at_ms": NOON_MS}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("decision_id", ""),
        ("approval_id", "every one"),
        ("approval_id", "f" * 31),
        ("workspace", "a|b"),
        ("run_id", "acme|other"),
        ("arguments_hash", ""),
        ("contract", ""),
        ("approver", ""),
        ("approver", "x" * 129),
        ("roles", ["r"] * 17),
        ("reason", ""),
        ("reason", "x" * 1_001),
        ("decided_at_ms", 0),
    ],
)
def test_a_decision_out_of_bounds_goes_to_its_own_twin(field: str, value: Any) -> None:
    bad = decision(**{field: value})
    routed = GATEWAY.route(published(bad, topic="approvals.decisions"))
    kept = CODEC.decode("dead_letter", routed.value)
    assert (routed.topic, routed.public) == ("approvals.decisions.dead", "approvals.decisions")
    assert (kept["topic"], kept["reason"]) == ("approvals.decisions", "NonConforming")
    assert kept["field"].split(".")[0] == field


def test_an_event_among_decisions_and_a_decision_among_events_say_what_belongs_there() -> None:
    for value, topic in ((encoded(), "approvals.decisions"), (decision(), "intake")):
        kept = CODEC.decode("dead_letter", GATEWAY.route(published(value, topic=topic)).value)
        assert kept["reason"] == "WrongSchema"


def test_topics_with_a_prefix_are_known_by_their_name() -> None:
    prefixed = Gateway(CODEC, 12, "gateway", lambda: NOON_MS, "own.")
    routed = prefixed.route(published(decision(), topic="own.approvals.decisions"))
    assert routed.topic == "approvals.decided"
