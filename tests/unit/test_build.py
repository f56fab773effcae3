"""The build: what is locked is installed, and a machine that lacks something is told what."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.brokers import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNTIME, DEV = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
PATCHED = ("faust-streaming", "mode-streaming", "aiokafka")


def locked(path: Path) -> Iterator[Requirement]:
    for line in path.read_text("utf-8").splitlines():
        if re.match(r"[a-z]", line):
            yield Requirement(line.rstrip("\\ "))


def locked_names(path: Path) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in locked(path)}


def declared_names(rows: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(row).name) for row in rows}


def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env=variables or None, capture_output=True, text=True, check=False
    )


def test_every_declared_dependency_is_locked() -> None:
    groups = PROJECT["dependency-groups"]
    assert declared_names(PROJECT["project"]["dependencies"] + groups["build"]) <= locked_names(
        RUNTIME
    )
    assert declared_names(groups["dev"]) <= locked_names(DEV)


@pytest.mark.parametrize("path", [RUNTIME, DEV], ids=lambda path: path.name)
def test_every_locked_package_has_hashes_and_no_address(path: Path) -> None:
    text = path.read_text("utf-8")
    entries = re.split(r"\n(?=[a-z])", text.strip())
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_lock_files_agree() -> None:
    runtime = {requirement.name: str(requirement.specifier) for requirement in locked(RUNTIME)}
    both = [requirement for requirement in locked(DEV) if requirement.name in runtime]
    assert both
    assert all(runtime[requirement.name] == str(requirement.specifier) for requirement in both)


@pytest.mark.parametrize("path", [RUNTIME, DEV], ids=lambda path: path.name)
def test_what_is_installed_is_what_is_locked(path: Path) -> None:
    for requirement in locked(path):
        if requirement.marker is None or requirement.marker.evaluate():
            assert version(requirement.name) in requirement.specifier, requirement.name


@pytest.mark.parametrize("name", PATCHED)
def test_packages_with_overridden_private_methods_are_pinned_exactly(name: str) -> None:
    rows = [Requirement(row) for row in PROJECT["project"]["dependencies"]]
    (row,) = [row for row in rows if row.name == name]
    assert str(row.specifier) == f"=={version(name)}"


def test_a_wheel_carries_the_data_files(tmp_path: Path) -> None:
    built = run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
        *("--wheel-dir", tmp_path, "."),
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = ZipFile(wheel).namelist()
    for name in ("schemas/topics.yaml", "schemas/avro/call.avsc", "agents/price_book.yaml"):
        assert name in names


def stub_python(folder: Path, script: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_an_old_python_is_named_with_what_to_install(tmp_path: Path) -> None:
    pretend = "import sys; sys.version_info = (3, 10, 12); exec(sys.argv[1])"
    old = stub_python(tmp_path, f'exec {sys.executable} -c "{pretend}" "$2"')
    done = run("sh", ".ci/venv", tmp_path / "venv", PYTHON=old, PATH="/usr/bin:/bin")
    assert done.returncode == 1
    assert f"No Python >= 3.11 found (tried {old})" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


def test_a_python_without_venv_is_named_with_what_to_install(tmp_path: Path) -> None:
    bare = stub_python(tmp_path, 'case "$2" in *ensurepip*) exit 1;; esac')
    done = run("sh", ".ci/venv", tmp_path / "venv", PYTHON=bare, PATH="/usr/bin:/bin")
    assert done.returncode == 1
    assert "its venv or ensurepip module is missing" in done.stderr
    assert "apt-get install python3-venv" in done.stderr


def test_make_lists_its_targets() -> None:
    shown = run("make", "help").stdout
    for target in ("install", "demo", "test", "lint", "format", "bench", "lock", "clean"):
        assert re.search(rf"make {target}\t", shown)


def test_the_scripts_of_the_build_are_sound() -> None:
    assert run("bash", "-n", ".ci/run").returncode == 0
    assert run("sh", "-n", ".ci/venv").returncode == 0


def test_compose_itself_accepts_the_file() -> None:
    compose = shutil.which("docker-compose")
    if compose is None:
        pytest.skip("docker-compose is not here: 'apt-get install docker-compose' to run this")
    done = run(compose, "--file", "docker-compose.yml", "config", "--quiet")
    assert done.returncode == 0, done.stderr
