"""Permissions put on a broker."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public by its docs
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from schemas.errors import SettingError
from streams.brokers.acls import Acl
from streams.settings import Settings

TIMEOUT_S = 30
ANY_HOST = "*"


def grant(settings: Settings, wanted: Iterable[Acl], principal: str) -> int:
    """Put every permission on the broker; returns how many there are. What is there stays.

    `principal` is Kafka's name of a role, such as `User:{role}`. Raises SettingError when the
    broker refuses: it needs the right Alter on the cluster, and an authorizer.
    """
    bindings = [binding(each, principal) for each in wanted]
    admin = AdminClient(settings.librdkafka_options())
    try:
        for done in admin.create_acls(bindings, request_timeout=TIMEOUT_S).values():
            done.result(TIMEOUT_S)
    except (KafkaException, TimeoutError) as error:
        raise SettingError(f"{settings.bootstrap_servers}: {_why(error)}") from error
    return len(bindings)


def missing(settings: Settings, wanted: Iterable[Acl], principal: str) -> list[Acl]:
    """The permissions that the broker does not have. Raises SettingError as `grant`."""
    any_type, any_pattern = ResourceType.ANY, ResourcePatternType.ANY
    operation, permission = AclOperation.ANY, AclPermissionType.ANY
    nothing: Any = None
    anything = AclBindingFilter(
        any_type, nothing, any_pattern, nothing, nothing, operation, permission
    )
    admin = AdminClient(settings.librdkafka_options())
    try:
        asked = admin.describe_acls(anything)
        there = set(asked.result(TIMEOUT_S))
    except (KafkaException, TimeoutError) as error:
        raise SettingError(f"{settings.bootstrap_servers}: {_why(error)}") from error
    return [each for each in wanted if binding(each, principal) not in there]


def binding(each: Acl, principal: str) -> AclBinding:
    """One permission in Kafka's words."""
    pattern = ResourcePatternType.PREFIXED if each.prefixed else ResourcePatternType.LITERAL
    return AclBinding(
        ResourceType[each.resource.upper()],
        each.name,
        pattern,
        principal.replace("{role}", each.role),
        ANY_HOST,
        AclOperation[each.operation],
        AclPermissionType.ALLOW,
    )


def _why(error: Exception) -> str:
    said = error.args[0].str() if isinstance(error, KafkaException) else "no answer in time"
    return (
        f"{said}; use credentials with the right Alter on the cluster, on a broker with an "
        "authorizer; docs/security.md shows its settings"
    )
