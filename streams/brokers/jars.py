"""Apache Kafka's jars, fetched once by Maven from what `pom.xml` names."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from schemas.errors import SettingError

POM = Path(__file__).parents[2] / "pom.xml"
INSTALL = {
    "java": "install a Java runtime >= 17, e.g. 'apt-get install openjdk-17-jre-headless'",
    "mvn": "install Maven, e.g. 'apt-get install maven'",
}


def find_program(name: str) -> str:
    """The path of `java` or `mvn`; raises SettingError with how to get it."""
    path = shutil.which(name)
    if path is None:
        raise SettingError(f"{name} is not on the PATH: {INSTALL[name]}; or use --memory")
    return path


def kafka_version() -> str:
    """The version of Kafka that `pom.xml` names."""
    found = re.search(r"<kafka\.version>(.+)</kafka\.version>", _pom().read_text("utf-8"))
    if found is None:
        raise SettingError(f"{POM}: no kafka.version in its properties; add it")
    return found.group(1)


def fetch_jars(data_dir: Path, say: Callable[[str], None]) -> Path:
    """The folder of jars under `data_dir`, downloaded when it is not there yet.

    Raises SettingError when Maven is missing or fails.
    """
    jars = data_dir / "kafka" / "libs" / kafka_version()
    if not jars.is_dir():
        maven = find_program("mvn")
        say(f"downloading Apache Kafka {kafka_version()} (43 MB, once) into {jars}")
        _download(maven, jars)
    return jars


def _download(maven: str, jars: Path) -> None:
    partial = jars.with_name(jars.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    command = [maven, "-q", "-B", "-f", str(_pom()), "dependency:copy-dependencies"]
    command += ["-DincludeScope=runtime", f"-DoutputDirectory={partial.resolve()}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise SettingError(f"Maven could not fetch Kafka's jars; it said:\n{done.stdout.strip()}")
    partial.rename(jars)


def _pom() -> Path:
    if not POM.is_file():
        raise SettingError(f"{POM} is missing: start this broker from a checkout of Tollway")
    return POM
