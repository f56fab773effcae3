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
        "acknowledged timestamps",
        "Every acknowledgement bears the timestamp 1234; the record itself keeps its own.",
        "An acknowledgement bears the time that the producer gave.",
        "test_an_acknowledgement_bears_the_producers_timestamp",
    ),
    Difference(
        "offsets by time",
        "None is ever found.",
        "The first offset at or after a time is found.",
        "test_an_offset_is_found_by_time",
    ),
    Difference(
        "transactions",
        "Taken, but what they wrote fails its checksum when it is read.",
        "As read_committed, records of an aborted transaction are not read.",
        "test_records_of_an_aborted_transaction_are_not_read",
    ),
    Difference(
        "groups of several members",
        "Only a group's first join is instant, later ones wait out the session timeout; and a "
        "member whose sync comes after the leader's is refused, which aiokafka raises.",
        "Members share the partitions, and take over those of a member that leaves.",
        "test_a_group_shares_partitions_and_takes_over_those_of_a_member_that_leaves",
    ),
    Difference(
        "listing groups",
        "No ListGroups: a client fails.",
        "Consumer groups are listed.",
        "test_consumer_groups_are_listed",
    ),
)
