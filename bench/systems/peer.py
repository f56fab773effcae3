"""A peer on PostgreSQL: one process of its own, under its own virtualenv, that measures itself."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench.errors import InvalidMeasurement
from bench.measured import Load, Measured
from bench.servers.postgres import fresh_database
from bench.servers.servers import Server, Servers
from bench.systems.peer_venv import peer_python
from schemas.errors import SettingError

ROOT = Path(__file__).parents[2]
SAID_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Peer:
    """One script of `bench/peers`."""

    name: str
    module: str
    servers: Servers
    data_dir: Path
    load_divisor: int = 5

    def unavailable(self) -> str | None:
        """Whether it can be installed and a PostgreSQL can be had."""
        try:
            peer_python(self.data_dir)
            self.servers.get("postgres")
        except SettingError as error:
            return str(error)
        return None

    def measure(self, load: Load) -> Measured:
        """Run the script on a database of its own."""
        server = self.servers.get("postgres")
        with fresh_database(server.address) as url:
            before = server.cpu_seconds()
            measured = self._run(url, load)
            return replace(measured, server_cpu_seconds=_share(server, before, load))

    def _run(self, url: str, load: Load) -> Measured:
        command = [str(peer_python(self.data_dir)), "-m", f"bench.peers.{self.module}"]
        done = subprocess.run(  # noqa: S603  our own command
            [*command, url, json.dumps(asdict(load))],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise InvalidMeasurement(f"{self.name} failed: {done.stderr[-SAID_CHARACTERS:]}")
        return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _share(server: Server, before: float | None, load: Load) -> float | None:
    """The server's CPU time of the loaded runs; it is seen for all runs together."""
    after = server.cpu_seconds()
    if before is None or after is None:
        return None
    return (after - before) * load.runs / load.total_runs
