"""Redis with the settings that it comes with, and a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.errors import SettingError
from streams.brokers.ports import free_port, is_listening

READY_TIMEOUT_S = 20.0
MISSING = "no redis-server on PATH: install it, e.g. 'apt-get install redis-server'"


@dataclass(slots=True)
class Redis:
    """A server that can be stopped and started again on the same port and folder."""

    program: str
    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return once it answers. Raises SettingError."""
        with (self.folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own command
                [self.program, "--port", str(self.port), "--bind", "127.0.0.1"],
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not is_listening(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SettingError(f"Redis did not come up; see {self.folder / 'redis.log'}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask it to end, as a deploy does; it saves what its settings tell it to save."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


def program() -> str:
    """The server's program. Raises SettingError when there is none."""
    found = shutil.which("redis-server")
    if found is None:
        raise SettingError(MISSING)
    return found


@contextmanager
def running() -> Iterator[Redis]:
    """A server that ends with the block. Raises SettingError."""
    with TemporaryDirectory(prefix="tollway-bench-redis-") as name:
        redis = Redis(program(), Path(name))
        redis.start()
        try:
            yield redis
        finally:
            redis.stop()


def version() -> str:
    """What is measured against. Raises SettingError."""
    said = subprocess.run(  # noqa: S603  our own command
        [program(), "--version"], check=True, capture_output=True, text=True
    ).stdout
    return "Redis " + said.partition("v=")[2].partition(" ")[0]
