"""docs/budget.md names every command and every kind of difference, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from tollway.cli.bill_text import TITLES
from tollway.cli.budget import COMMANDS

TEXT = Path("docs/budget.md").read_text("utf-8")


def test_every_command_is_on_the_page() -> None:
    assert set(re.findall(r"^tollway budget (\w+)", TEXT, re.MULTILINE)) == COMMANDS.keys()


def test_every_kind_of_difference_is_explained() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)) == TITLES.keys()
