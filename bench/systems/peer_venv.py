"""The virtualenvs that peers are installed into, made at first use."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import venv
from pathlib import Path

from schemas.errors import SettingError

REQUIREMENTS = Path(__file__).parents[1] / "requirements-peers.txt"
COMPLETE = ".complete"
SAID_CHARACTERS = 300


def peer_python(data_dir: Path, requirements: Path | None = None) -> Path:
    """The interpreter that has these requirements, or else the peers of the throughput benchmark.

    Raises SettingError when they cannot be installed.
    """
    requirements = requirements or REQUIREMENTS
    folder = data_dir / _folder(requirements)
    python = (folder / "bin" / "python").absolute()
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    mark = folder / COMPLETE
    if not mark.exists() or mark.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        _install(python, requirements)
        mark.write_text(wanted)
    return python


def versions(requirements: Path | None = None) -> dict[str, str]:
    """The pinned version of each peer."""
    lines = (requirements or REQUIREMENTS).read_text("utf-8").splitlines()
    pins = [line.split("==") for line in lines if "==" in line]
    return {name.partition("[")[0]: version for name, version in pins}


def _folder(requirements: Path) -> str:
    return "bench-venv" if requirements == REQUIREMENTS else f"bench-venv-{requirements.stem}"


def _install(python: Path, requirements: Path) -> None:
    done = subprocess.run(  # noqa: S603  our own command
        [str(python), "-m", "pip", "install", "--quiet", "-r", str(requirements)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SettingError(f"not installed: pip said {done.stderr.strip()[-SAID_CHARACTERS:]}")
