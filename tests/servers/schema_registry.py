"""A throw-away schema registry for tests: Apicurio, whose second face is Confluent's REST API.

TOLLWAY_TEST_SCHEMA_REGISTRY_URL names a running registry to use instead, with the path that the
REST API begins at.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

import httpx2
import pytest

URL_VARIABLE: Final = "TOLLWAY_TEST_SCHEMA_REGISTRY_URL"
VERSION: Final = "2.6.13.Final"
_ROOT: Final = Path(__file__).parents[2]
_FOLDER: Final = _ROOT / ".tollway" / f"apicurio-registry-{VERSION}"
_JAR: Final = _FOLDER / f"apicurio-registry-app-{VERSION}-runner.jar"
_ARTIFACT: Final = f"io.apicurio:apicurio-registry-app:{VERSION}:tar.gz:all"
_STARTS_WITHIN_S: Final = 60.0
_MISSING: Final = (
    "Tests on a schema registry did not run: they need java (17 or newer) and mvn on PATH, or"
    f" {URL_VARIABLE}."
)


@contextmanager
def schema_registry() -> Iterator[str]:
    """The URL of a registry that lives until the block ends.

    Where none can be had the test is skipped with a warning, and fails when CI is "true".
    """
    if given := os.environ.get(URL_VARIABLE):
        yield given
        return
    java, maven = shutil.which("java"), shutil.which("mvn")
    if java is None or maven is None:
        _missing()
    if not _JAR.exists():
        _fetch(maven)
    with _running(java) as url:
        yield url


def _missing() -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(_MISSING)
    warnings.warn(_MISSING, stacklevel=2)
    pytest.skip(_MISSING)


def _fetch(maven: str) -> None:
    goal = ("dependency:unpack", f"-Dartifact={_ARTIFACT}", f"-DoutputDirectory={_FOLDER}")
    command = (maven, "--batch-mode", "--quiet", *goal, "-Dmdep.overWriteReleases=true")
    done = subprocess.run(command, cwd=_ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"mvn could not fetch {_ARTIFACT}: {done.stdout}{done.stderr}")


@contextmanager
def _running(java: str) -> Iterator[str]:
    port = _free_port()
    options = ("-Xmx256m", "-Dquarkus.http.host=127.0.0.1", f"-Dquarkus.http.port={port}")
    with (_FOLDER / "server.log").open("wb") as log:
        process = subprocess.Popen([java, *options, "-jar", _JAR], stdout=log, stderr=log)
        try:
            yield _answering(f"http://127.0.0.1:{port}/apis/ccompat/v7", process)
        finally:
            process.kill()
            process.wait()


def _answering(url: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx2.get(f"{url}/subjects").raise_for_status()
        except httpx2.HTTPError:
            time.sleep(0.2)
        else:
            return url
    pytest.fail(f"the schema registry did not start; see {_FOLDER / 'server.log'}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
