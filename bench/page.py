"""Putting a measured table into a page, between two marks."""

from __future__ import annotations

from pathlib import Path

from schemas.errors import SettingError

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def renew(path: Path, text: str) -> None:
    """Replace what stands between the marks. Raises SettingError when the page lacks them."""
    page = path.read_text("utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SettingError(f"{path}: lacks the lines {BEGIN} and {END}; add them")
    path.write_text(f"{before}{BEGIN}\n{text.strip()}\n{END}{after}", "utf-8")
