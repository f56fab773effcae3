"""The deployment under soak: Tollway's processes under the production supervisor."""

from __future__ import annotations

from dataclasses import dataclass

from streams.brokers.ports import free_port, is_listening
from tollway.stack.roles import Role
from tollway.stack.supervisor import Supervisor

ROLES = (
    Role("gateway", ("gateway",)),
    Role("worker", ("worker",), 2),
    Role("pool-model", ("pool", "model")),
    Role("pool-retrieval", ("pool", "retrieval")),
    Role("pool-tool", ("pool", "tool")),
    Role("sink-warehouse", ("sink", "warehouse"), follows=True),
)
PROCESSES = sum(role.count for role in ROLES)


@dataclass(slots=True)
class SoakSupervisor(Supervisor):
    """The production supervisor; runs that have ended are remembered for `remember_s`."""

    remember_s: float = 0.0

    def ports(self) -> dict[str, int]:
        """Where each process that runs shows its metrics."""
        first = self.settings.metrics_port
        running = self.pids()
        return {
            child.name: first + number
            for number, child in enumerate(self._children)
            if child.name in running
        }

    def _program(self, command: tuple[str, ...]) -> tuple[str, ...]:
        return ("bench.soak.forgetful", str(self.remember_s), *command)


def first_of_free_ports(count: int) -> int:
    """The first of `count` ports in a row on which nobody listens."""
    while True:
        first = free_port()
        if not any(is_listening(port) for port in range(first, first + count)):
            return first
