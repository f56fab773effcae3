"""PostgreSQL with its default settings, as initdb leaves them, so with fsync on.

BENCH_POSTGRES_URL names a running server to use instead; its user must be allowed to create
databases.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from schemas.errors import SettingError
from streams.brokers.ports import free_port

ADDRESS_VARIABLE = "BENCH_POSTGRES_URL"
USER = "tollway"
ROOT_RUNS_AS = "postgres"
"""The server refuses to run as root."""
READY_TIMEOUT_S = 30
MISSING = (
    "no initdb on PATH or in /usr/lib/postgresql/*/bin: "
    f"install them, e.g. 'apt-get install postgresql', or set {ADDRESS_VARIABLE}"
)


@contextmanager
def running(_: Path) -> Iterator[str]:
    """The URL of a server. Raises SettingError when there is none and none can be started."""
    if given := os.environ.get(ADDRESS_VARIABLE):
        yield given
        return
    binaries = _binaries()
    with TemporaryDirectory(prefix="tollway-bench-postgres-") as name:
        folder, port = Path(name), free_port()
        process = _start(binaries, folder, port)
        try:
            yield _await_answer(process, f"postgresql://{USER}@127.0.0.1:{port}/postgres")
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown
            process.wait()


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """The URL of a new database that is dropped when the block ends."""
    name = f"bench_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))


def version(server_url: str) -> str:
    """What is measured against."""
    with psycopg.connect(server_url) as connection:
        return f"PostgreSQL {connection.info.parameter_status('server_version')}"


def _binaries() -> Path:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: float(path.parts[-3]), default=None)
    if newest is None:
        raise SettingError(MISSING)
    return newest.parent


def _start(binaries: Path, folder: Path, port: int) -> subprocess.Popen[bytes]:
    as_user: tuple[str, ...] = ()
    if os.geteuid() == 0:
        shutil.chown(folder, ROOT_RUNS_AS)
        ids = (f"--reuid={ROOT_RUNS_AS}", f"--regid={ROOT_RUNS_AS}")
        as_user = ("setpriv", *ids, "--clear-groups")
    data = str(folder / "data")
    _init(*as_user, str(binaries / "initdb"), "-D", data, "--username", USER, "--auth", "trust")
    options = ("-c", "listen_addresses=127.0.0.1", "-p", str(port), "-k", str(folder))
    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603  our own command
            [*as_user, str(binaries / "postgres"), "-D", data, *options],
            cwd="/",
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _init(*command: str) -> None:
    done = subprocess.run(  # noqa: S603  our own command
        [*command, "--encoding", "UTF8", "--locale", "C"],
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SettingError(f"initdb did not succeed: {done.stdout}{done.stderr}")


def _await_answer(process: subprocess.Popen[bytes], url: str) -> str:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline or process.poll() is not None:
                raise SettingError(f"PostgreSQL did not come up: {error}") from error
            time.sleep(0.1)
        else:
            return url
