"""A throw-away PostgreSQL server for tests.

TOLLWAY_TEST_POSTGRES_URL names a running server to use instead; its user must be allowed to
create databases.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

URL_VARIABLE: Final = "TOLLWAY_TEST_POSTGRES_URL"
_USER: Final = "tollway"
_ROOT_RUNS_AS: Final = "postgres"  # the server refuses to run as root
_OPTIONS: Final = "-c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=100"
_MISSING: Final = (
    "Tests on PostgreSQL did not run: no initdb and pg_ctl on PATH or in /usr/lib/postgresql/*/bin."
    f" Install them, e.g. 'apt-get install postgresql', or set {URL_VARIABLE}."
)


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of a server that lives until the block ends.

    Where none can be had the test is skipped with a warning, and fails when CI is "true".
    """
    if given := os.environ.get(URL_VARIABLE):
        yield given
        return
    binaries = _binaries() or _missing()
    with tempfile.TemporaryDirectory(prefix="tollway-postgres-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, _ROOT_RUNS_AS)
        port = _free_port()
        _start(binaries, folder, port)
        try:
            yield f"postgresql://{_USER}@127.0.0.1:{port}/postgres"
        finally:
            _run(binaries / "pg_ctl", "stop", "-D", folder / "data", "-m", "immediate")


@contextmanager
def fresh_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """The URL of a new database, a copy of `template`, that is dropped when the block ends."""
    name = f"tollway_{uuid4().hex}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            url = make_url(server_url).set(database=name)
            yield url.render_as_string(hide_password=False)
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


def _binaries() -> Path | None:
    on_path = shutil.which("pg_ctl")
    if on_path and shutil.which("initdb"):
        return Path(on_path).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = max(versions, key=lambda path: float(path.parts[-3]), default=None)
    return newest.parent if newest else None


def _missing() -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(_MISSING)
    warnings.warn(_MISSING, stacklevel=2)
    pytest.skip(_MISSING)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(binaries: Path, folder: Path, port: int) -> None:
    data = folder / "data"
    _run(
        *(binaries / "initdb", "-D", data, "--username", _USER, "--auth", "trust"),
        *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
    )
    options = f"{_OPTIONS} -p {port} -k {folder}"
    log = folder / "server.log"
    _run(binaries / "pg_ctl", "start", "-w", "-D", data, "-l", log, "-o", options)


def _run(*command: str | Path) -> None:
    as_user = ("setpriv", f"--reuid={_ROOT_RUNS_AS}", f"--regid={_ROOT_RUNS_AS}", "--clear-groups")
    prefix = as_user if os.geteuid() == 0 else ()
    done = subprocess.run(
        [*prefix, *command],
        cwd="/",
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        pytest.fail(f"{Path(command[0]).name} did not succeed: {done.stdout}")
