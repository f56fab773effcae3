"""The one local broker of a data folder: a locked file says which process holds it, and where."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from schemas.errors import SettingError
from streams.settings import BrokerKind


@dataclass(frozen=True, slots=True)
class Running:
    """A local broker that answers, and the process to end when it is to stop."""

    kind: BrokerKind
    bootstrap_servers: str
    pid: int


class Claim:
    """The right to run this folder's broker; it ends with the process that holds it."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def announce(self, running: Running) -> None:
        """Say that the broker answers."""
        self._file.write(json.dumps(asdict(running)))
        self._file.flush()


@contextmanager
def claimed(data_dir: Path) -> Iterator[Claim]:
    """Hold the claim of `data_dir`; raises SettingError when another process holds it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with _path(data_dir).open("a+", encoding="utf-8") as file:
        if not _lock(file):
            raise SettingError(
                f"{data_dir} has a local broker already: see 'tollway broker status', end it with "
                "'tollway broker stop', or choose another TOLLWAY_DATA_DIR"
            )
        file.truncate(0)
        yield Claim(file)
        file.truncate(0)


def is_claimed(data_dir: Path) -> bool:
    """Whether a process runs, starts or stops the broker of `data_dir`."""
    if not _path(data_dir).exists():
        return False
    with _path(data_dir).open("a+", encoding="utf-8") as file:
        return not _lock(file)


def find_running(data_dir: Path) -> Running | None:
    """The broker of `data_dir` that answers, or None."""
    if not is_claimed(data_dir):
        return None
    text = _path(data_dir).read_text("utf-8")
    return Running(**json.loads(text)) if text else None


def _path(data_dir: Path) -> Path:
    return data_dir / "broker.json"


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
