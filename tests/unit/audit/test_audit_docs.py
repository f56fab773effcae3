"""docs/audit.md names every kind of finding, and no other."""

from __future__ import annotations

import re
from pathlib import Path

SOURCES = [*Path("streams/core/audit").glob("*.py"), Path("streams/sources/verify.py")]


def test_every_kind_of_finding_is_explained() -> None:
    text = Path("docs/audit.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    code = "\n".join(path.read_text("utf-8") for path in SOURCES)

    assert explained
    assert all(f'"{kind}"' in code for kind in explained)
    noted = re.findall(r'found\(\s*[\w.]+(?:\[0\])?,\s*"(\w+)"', code)
    assert set(noted) <= explained
    assert len(set(noted)) >= 15
