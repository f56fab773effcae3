"""The demonstration as a person runs it: the command, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.servers.postgres import fresh_database, postgres_server

RunDemo = Callable[..., dict[str, Any]]


def tollway(*arguments: str, **settings: str) -> str:
    """What a command printed; it must end well."""
    given = {f"TOLLWAY_{name.upper()}": value for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, "-m", "tollway", *arguments],
        env={**os.environ, **given},
        check=False,
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database on a PostgreSQL server."""
    with postgres_server() as server, fresh_database(server) as url:
        yield url


@pytest.fixture
def run_demo(tmp_path: Path) -> RunDemo:
    """Runs `tollway demo --json` with arguments and settings, and gives what it printed."""

    def run(*arguments: str, **settings: str) -> dict[str, Any]:
        printed = tollway("demo", "--json", *arguments, data_dir=str(tmp_path), **settings)
        result: dict[str, Any] = orjson.loads(printed)
        return result

    return run
