"""The table of topics keeps its own rules."""

from __future__ import annotations

import pytest

from agents.public_topics import PUBLIC_TOPICS
from schemas.catalogue import catalogue
from schemas.topics import ENVELOPE_BYTES, LEDGER_MAX_BYTES, Topic, dead_letter_topic, topics

ROLES = {
    "outside": "Publishers and readers beyond Tollway.",
    "gateway": "Moves what outsiders publish to the partition of its workspace.",
    "worker": "Decides, writes the ledger and forwards.",
    "pool-model": "Performs model calls.",
    "pool-retrieval": "Performs retrieval calls.",
    "pool-tool": "Performs tool calls.",
    "sink": "Fills the warehouse.",
    "audit": "Verifies the chain.",
    "approver": "A person who answers questions, or what speaks for one.",
    "operator": "A person with a console.",
}
WRITE_BLOCKS = {"worker", "pool-model", "pool-retrieval", "pool-tool"}
NOT_ON_A_TOPIC = {
    "versions": "a part of other records",
    "run_entry": "value of table runs, inside a change",
    "budget_entry": "value of table budget, inside a change",
    "lever_entry": "value of table levers, inside a change",
    "proposal_entry": "value of table proposals, inside a change",
    "cap_entry": "value of table caps, inside a change",
    "claim_entry": "value of table claims, inside a change",
    "overdue_entry": "value of table overdue, inside a change",
    "paused_entry": "value of table paused, inside a change",
    "retry_entry": "value of table retries, inside a change",
    "disabled_entry": "value of table disabled, inside a change",
    "slice_entry": "value of table slices, inside a change",
    "shared_entry": "value of table shared, inside a change",
    "holding_entry": "value of table holdings, inside a change",
    "snapshot": "content of snapshot parts",
    "model_request": "arguments of a model call",
    "model_answer": "result of a model call",
    "retrieval_request": "arguments of a retrieval call",
    "retrieval_result": "result of a retrieval call",
    "approval_question": "a part of other records",
}
ALL = list(topics().values())
DECLARED = [topic for topic in ALL if topic.dead_letters]
each = pytest.mark.parametrize("topic", ALL, ids=lambda topic: topic.name)
each_declared = pytest.mark.parametrize("topic", DECLARED, ids=lambda topic: topic.name)


@each
def test_every_topic_has_a_schema_in_the_catalogue(topic: Topic) -> None:
    assert topic.schema in catalogue().current


def test_every_schema_is_on_a_topic_or_says_why_not() -> None:
    on_topics = {topic.schema for topic in ALL}
    assert on_topics.isdisjoint(NOT_ON_A_TOPIC)
    assert on_topics | NOT_ON_A_TOPIC.keys() == catalogue().current.keys()


@each
def test_producers_and_consumers_are_known_roles(topic: Topic) -> None:
    assert topic.producers
    assert topic.consumers
    assert {*topic.producers, *topic.consumers} <= ROLES.keys()


def test_every_role_has_something_to_do() -> None:
    busy = {role for topic in ALL for role in (*topic.producers, *topic.consumers)}
    assert busy == ROLES.keys()


@each_declared
def test_every_topic_has_a_dead_letter_twin_of_its_consumers(topic: Topic) -> None:
    twin = topics()[dead_letter_topic(topic.name)]
    assert topic.dead_letters == twin.name
    assert (twin.schema, twin.dead_letters) == ("dead_letter", None)
    assert set(twin.producers) == set(topic.consumers)


@each_declared
def test_a_twin_takes_the_largest_record_and_its_envelope(topic: Topic) -> None:
    twin = topics()[dead_letter_topic(topic.name)]
    assert twin.max_bytes >= topic.max_bytes + ENVELOPE_BYTES


@each
def test_whatever_a_block_can_emit_fits_its_destination(topic: Topic) -> None:
    is_emitted = not WRITE_BLOCKS.isdisjoint(topic.producers)
    assert topic.max_bytes >= LEDGER_MAX_BYTES or not is_emitted


@each_declared
def test_only_what_outsiders_publish_has_foreign_partitions(topic: Topic) -> None:
    assert topic.own_partitions == (topic.name not in {*PUBLIC_TOPICS} - {"slices"})


@each
def test_nothing_is_compacted(topic: Topic) -> None:
    assert topic.config["cleanup.policy"] == "delete"


@each
def test_chained_topics_keep_everything_and_no_other_does(topic: Topic) -> None:
    assert (topic.retention_hours is None) == (topic.schema == "ledger_block")
    assert topic.config["retention.ms"] == (
        "-1" if topic.retention_hours is None else str(topic.retention_hours * 3_600_000)
    )


@each
def test_names_are_legal_in_kafka_and_fields_are_filled(topic: Topic) -> None:
    assert topic.name.replace(".", "").isalnum()
    assert len(topic.name) < 200
    assert topic.description.endswith(".")
    assert topic.key in ("workspace", "none")
