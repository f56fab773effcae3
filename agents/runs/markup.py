"""The text of a piece of HTML that a reader would see: what markup hides is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

UNSEEN = frozenset({"script", "style", "template", "noscript", "head", "title", "svg", "iframe"})
"""Elements whose content no reader sees."""
VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
"""Elements that have no content and no end."""
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])"
    r"|font-size\s*:\s*0(?![.\d])|(left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
MARKUP = re.compile(r"<[A-Za-z/!?]")
"""What may begin markup."""

Attributes = Sequence[tuple[str, str | None]]


def visible_text(text: str) -> tuple[str, bool]:
    """The text without tags, comments and what they hide, and whether anything was hidden."""
    if MARKUP.search(text) is None:
        return text, False
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return "".join(reader.seen), reader.hid


class _Reader(HTMLParser):
    """Collects what is seen."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.hid = False
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag in VOID:
            self._space()
        elif self._open or tag in UNSEEN or _hides(attrs):
            self._open.append(tag)
            self.hid = True
        else:
            self._space()

    def handle_endtag(self, tag: str) -> None:
        """Ends the innermost element of that name; a stray end is only a gap."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        else:
            self._space()

    def handle_data(self, data: str) -> None:
        if not self._open:
            self.seen.append(data)

    def handle_comment(self, data: str) -> None:  # noqa: ARG002  what it says is dropped
        self.hid = True

    def unknown_decl(self, data: str) -> None:  # noqa: ARG002
        self.hid = True

    def handle_pi(self, data: str) -> None:  # noqa: ARG002
        self.hid = True

    def _space(self) -> None:
        if not self._open:
            self.seen.append(" ")


def _hides(attrs: Attributes) -> bool:
    given = {name: value or "" for name, value in attrs}
    unseen = "hidden" in given or given.get("aria-hidden") == "true"
    return unseen or _HIDING.search(given.get("style", "")) is not None
