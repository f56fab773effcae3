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


def as_environment(properties: Mapping[str, str]) -> dict[str, str]:
    """The same as environment variables of the `apache/kafka` image."""
    return {_variable(name): value for name, value in properties.items()}


def _variable(name: str) -> str:
    escaped = name.replace("_", "__").replace("-", "___").replace(".", "_")
    return f"KAFKA_{escaped.upper()}"
