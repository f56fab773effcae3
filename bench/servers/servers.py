"""Servers on this machine, each started when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.processes import children, cpu_seconds
from bench.servers import kafka, postgres


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is, and its processes; none when it was started by somebody else."""

    address: str
    pids: frozenset[int]

    def cpu_seconds(self) -> float | None:
        """CPU time used so far, or None when that cannot be seen."""
        return cpu_seconds(self.pids) if self.pids else None


Start = Callable[[Path], AbstractContextManager[str]]
"""Starts or finds a server and gives its address; the folder holds what outlives the run."""

STARTS: dict[str, Start] = {"kafka": kafka.running, "postgres": postgres.running}


@dataclass(slots=True)
class Servers:
    """The servers of one benchmark. Use `servers()`."""

    data_dir: Path
    _stack: ExitStack
    _running: dict[str, Server] = field(default_factory=dict)

    def get(self, kind: str) -> Server:
        """The server of this kind. Raises SettingError when it cannot be had."""
        if kind not in self._running:
            before = children()
            address = self._stack.enter_context(STARTS[kind](self.data_dir))
            self._running[kind] = Server(address, children() - before)
        return self._running[kind]


@contextmanager
def servers(data_dir: Path) -> Iterator[Servers]:
    """Servers that end with the block."""
    with ExitStack() as stack:
        yield Servers(data_dir, stack)
