"""All systems under measurement, by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from bench.measured import Load, Measured
from bench.servers.servers import Servers
from bench.systems.aiokafka_router import AiokafkaRouter
from bench.systems.peer import Peer
from bench.systems.tollway import Tollway
from bench.workloads.governed import Governed
from bench.workloads.seven_states import SevenStates

NAMES = ("tollway", "tollway-governed", "aiokafka", "langgraph-postgres", "dbos")


class System(Protocol):
    """One system. It starts and stops its own processes."""

    @property
    def name(self) -> str:
        """Its name in the results."""

    @property
    def load_divisor(self) -> int:
        """How many times fewer runs it is given than were asked for."""

    def unavailable(self) -> str | None:
        """Why it cannot be measured here, or None when it can."""

    def measure(self, load: Load) -> Measured:
        """Start, warm up, measure and stop. Raises TollwayError."""


def systems(
    servers: Servers, data_dir: Path, driver: Literal["faust", "aiokafka"]
) -> Sequence[System]:
    """All systems, in the order of the results."""
    return (
        Tollway("tollway", SevenStates(), servers, driver),
        Tollway("tollway-governed", Governed(), servers, driver, load_divisor=3),
        AiokafkaRouter(servers),
        Peer("langgraph-postgres", "langgraph_postgres", servers, data_dir),
        Peer("dbos", "dbos_postgres", servers, data_dir),
    )
