"""Who may do what on the broker: derived from the table of topics, the least that each needs.

A principal is a role of the table. `outside` is two of them: `publisher` writes what outsiders
publish, `downstream` reads what is for them. `setup` makes topics and touches no record. `audit`
reads all but what outsiders sent as it came, for exports and audits, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from schemas.topics import Topic, topics

Operation = Literal["READ", "WRITE", "CREATE", "DESCRIBE"]

OUTSIDE, PUBLISHER, DOWNSTREAM = "outside", "publisher", "downstream"
SETUP, AUDIT = "setup", "audit"
RAW = "intake"
"""So begin the topics with what outsiders sent as it came, before anything was taken out."""
GROUPS = {
    "worker": "worker",
    "gateway": "gateway",
    "pool-model": "pool-model",
    "pool-retrieval": "pool-retrieval",
    "pool-tool": "pool-tool",
}
"""By role, the consumer group that its processes share; all others read without one."""
OUTSIDE_GROUPS = "downstream."
"""Groups of those downstream begin so, after the prefix."""


class Acl(NamedTuple):
    """One permission. Reading or writing a topic implies describing it."""

    role: str
    resource: Literal["topic", "group"]
    name: str
    operation: Operation
    prefixed: bool = False


def acls(topic_prefix: str = "") -> list[Acl]:
    """Every permission of a deployment, in order; what is not here, nobody has."""
    found = {*_on_topics(topics().values()), *_on_groups()}
    return sorted(each._replace(name=topic_prefix + each.name) for each in found)


def roles() -> list[str]:
    """Every role that has a permission."""
    return sorted({each.role for each in acls()})


def _on_topics(known: Iterable[Topic]) -> Iterator[Acl]:
    for topic in known:
        for role in _writers(topic):
            yield Acl(role, "topic", topic.name, "WRITE")
        for role in _readers(topic):
            yield Acl(role, "topic", topic.name, "READ")
        for operation in ("CREATE", "DESCRIBE"):
            yield Acl(SETUP, "topic", topic.name, operation)


def _on_groups() -> Iterator[Acl]:
    for role, group in GROUPS.items():
        yield Acl(role, "group", group, "READ")
    yield Acl(DOWNSTREAM, "group", OUTSIDE_GROUPS, "READ", prefixed=True)


def _writers(topic: Topic) -> Iterator[str]:
    """Into dead-letter twins only processes write; people and outsiders have no dead letters."""
    for role in topic.producers:
        if topic.dead_letters is not None or role in GROUPS:
            yield PUBLISHER if role == OUTSIDE else role


def _readers(topic: Topic) -> Iterator[str]:
    for role in topic.consumers:
        yield DOWNSTREAM if role == OUTSIDE else role
    if not topic.name.startswith(RAW):
        yield AUDIT
