"""How a single Kafka node is set up, whether on the JVM here or in a container."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HOST = "127.0.0.1"
NODE_ID = 1
MIB = 1024 * 1024

SINGLE_NODE: Mapping[str, str] = {
    "process.roles": "broker,controller",
    "node.id": str(NODE_ID),
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    # There is one node, so every internal topic has one replica.
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    # Nobody else is about to join a group on this machine.
    "group.initial.rebalance.delay.ms": "0",
    # Topics are declared; a misspelt name must fail.
    "auto.create.topics.enable": "false",
    # Above every topic's own `max.message.bytes`, which decide.
    "message.max.bytes": str(10 * MIB),
}


def server_properties(port: int, controller_port: int, log_dir: Path) -> dict[str, str]:
    """The whole configuration of a node that only this machine can reach."""
    voters = f"{NODE_ID}@{HOST}:{controller_port}"
    return {**SINGLE_NODE, **node_properties(NODE_ID, port, controller_port, voters, log_dir)}


def node_properties(
    node_id: int, port: int, controller_port: int, voters: str, log_dir: Path
) -> dict[str, str]:
    """What tells a node from others on this machine; `voters` are all controllers, by id."""
    client, controller = f"PLAINTEXT://{HOST}:{port}", f"CONTROLLER://{HOST}:{controller_port}"
    return {
        "node.id": str(node_id),
        "listeners": f"{client},{controller}",
        "advertised.listeners": client,
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.quorum.voters": voters,
        "log.dirs": log_dir.resolve().as_posix(),
    }


def secured(
    properties: Mapping[str, str], passwords: Mapping[str, str], administrator: str
) -> dict[str, str]:
    """A node's properties with logins by name and password, and with permissions checked.

    What nobody was granted is refused. Only `administrator` may do anything: it is Kafka's own
    account, and that of nobody in Tollway. Controllers talk on this machine alone.
    """
    users = " ".join(f'user_{name}="{word}"' for name, word in passwords.items())
    module = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    own = f'username="{administrator}" password="{passwords[administrator]}"'
    clients = {"listeners", "advertised.listeners", "listener.security.protocol.map"}
    renamed = {
        name: value.replace("PLAINTEXT://", "CLIENTS://", 1) if name in clients else value
        for name, value in properties.items()
    }
    return {
        **renamed,
        "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "CLIENTS",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.clients.plain.sasl.jaas.config": f"{module} {own} {users};",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{administrator};User:ANONYMOUS",
        "allow.everyone.if.no.acl.found": "false",
    }


def as_environment(properties: Mapping[str, str]) -> dict[str, str]:
    """The same as environment variables of the `apache/kafka` image."""
    return {_variable(name): value for name, value in properties.items()}


def _variable(name: str) -> str:
    escaped = name.replace("_", "__").replace("-", "___").replace(".", "_")
    return f"KAFKA_{escaped.upper()}"
