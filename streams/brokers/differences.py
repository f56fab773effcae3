"""Where the in-memory broker is not Kafka, and which test shows the behaviour of the real one."""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """One difference; `test` is a test function in tests/contract/test_brokers_kafka.py."""

    name: str
    memory: str
    kafka: str
    test: str


DIFFERENCES = (
    Difference(
        "making a topic",
        "No CreateTopics: a client hangs or fails. Asking for a topic makes it, with 4 partitions.",
        "A topic is made on request, with the partitions and configuration asked for.",
        "test_a_topic_has_the_partitions_and_configuration_asked_for",
    ),
    Difference(
        "an unknown topic",
        "It appears as soon as a client names it, so a misspelt name goes unnoticed.",
        "Naming it is refused.",
        "test_an_unknown_topic_is_refused",
    ),
    Difference(
        "a large record",
        "Any size is taken.",
        "Above the topic's max.message.bytes it is refused.",
        "test_a_record_above_the_topics_limit_is_refused",
    ),
    Difference(
        "retention",
        "A partition keeps 5 MiB or 100,000 batches; older records go, whatever the topic says.",
        "A partition keeps what its configuration says.",
        "test_records_are_kept_beyond_what_memory_holds",
    ),
    Difference(
        "durability",
        "Everything is gone when the process that holds the broker ends.",
        "Records and committed offsets survive a crash and a restart.",
        "test_records_survive_a_crash",
    ),
    Difference(
        "timestamps",
        "Every record bears the timestamp 1234.",
        "A record bears the time that its producer gave.",
        "test_a_record_keeps_its_producers_timestamp",
    ),
    Difference(
        "offsets by time",
        "None is ever found.",
        "The first offset at or after a time is found.",
        "test_an_offset_is_found_by_time",
    ),
    Difference(
        "transactions",
        "Records of an aborted transaction are read even as read_committed.",
        "As read_committed they are not read.",
        "test_records_of_an_aborted_transaction_are_not_read",
    ),
    Difference(
        "listing groups",
        "No ListGroups: a client fails.",
        "Consumer groups are listed.",
        "test_consumer_groups_are_listed",
    ),
)
