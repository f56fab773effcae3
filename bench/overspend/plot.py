"""The plot: drawn by Matplotlib in a virtualenv of its own, since nothing else needs it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import orjson

from bench.systems.peer_venv import peer_python
from schemas.errors import SettingError

REQUIREMENTS = Path(__file__).parent / "requirements" / "plot.txt"
SCRIPT = Path(__file__).parent / "peers" / "drawing.py"
SAID_CHARACTERS = 500


def draw(results: Any, image: Path, data_dir: Path) -> None:
    """Draw the results, as JSON has them, into an SVG file. Raises SettingError."""
    python = peer_python(data_dir, REQUIREMENTS)
    done = subprocess.run(  # noqa: S603  our own command
        [str(python), str(SCRIPT), str(image.absolute())],
        input=orjson.dumps(results),
        check=False,
        capture_output=True,
    )
    if done.returncode:
        raise SettingError(f"{image}: not drawn: {done.stderr.decode()[-SAID_CHARACTERS:]}")
