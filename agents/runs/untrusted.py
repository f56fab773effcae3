"""What was read from outside, made plain before a model sees it.

Invisible and control characters go, and what markup hides; long texts are cut; nothing that looks
like one of Tollway's own marks is left. Signs of an injected instruction are noted: they raise
the risk of a run and are logged, and no promise rests on them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import orjson

from agents.runs.markup import visible_text
from streams.core.texts import every_text

MOST_CHARACTERS = 16_000
"""Of one text; what is more is cut off."""
_KEPT = frozenset("\n\t")
_GONE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_OWN_MARK = re.compile(r"<(?=\s*/?\s*(evidence|step|failed))", re.IGNORECASE)
_PLAIN = re.compile(r"[\n\t\x20-\x3b\x3d-\x7e]*")
"""Nothing but printable ASCII without `<`: there is nothing to do, and most text is like that."""


class _Sign(NamedTuple):
    """A pattern, and words of which one is in every text that it fits: most texts have none."""

    words: tuple[str, ...]
    pattern: re.Pattern[str]

    def fits(self, text: str, lower: str) -> bool:
        return any(word in lower for word in self.words) and self.pattern.search(text) is not None


_SIGNS: Mapping[str, _Sign] = {
    "overrides_instructions": _Sign(
        ("ignore", "disregard", "forget", "override"),
        re.compile(
            r"\b(ignore|disregard|forget|override)\b.{0,40}\b(instruction|prompt|rule|polic)",
            re.IGNORECASE,
        ),
    ),
    "speaks_to_the_model": _Sign(
        ("you are ", "as a ", "as an ", "system prompt", "new instruction"),
        re.compile(
            r"\b(you are (now )?an?|as an? (ai|assistant)|system prompt|new instructions?)\b",
            re.IGNORECASE,
        ),
    ),
    "chat_markup": _Sign(
        ("<|", "[inst]", "[/inst]", "system", "assistant"),
        re.compile(
            r"<\|\w+\|>|\[/?INST\]|^\s*(system|assistant)\s*:", re.IGNORECASE | re.MULTILINE
        ),
    ),
    "asks_for_an_action": _Sign(
        ("please", "must", "now", "immediately"),
        re.compile(
            r"\b(please|must|now|immediately)\b.{0,60}\b(send|email|transfer|share|forward|delete"
            r"|cancel|grant|execute|call the)\b",
            re.IGNORECASE,
        ),
    ),
}
RAISE_RISK = frozenset(
    {"overrides_instructions", "speaks_to_the_model", "chat_markup", "hiding_markup"}
)
"""Signs that ordinary texts of customers and shops do not bear."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A text as a model may see it, and what was noticed on the way, by name."""

    text: str
    signs: tuple[str, ...] = ()


def injected(text: str) -> tuple[str, ...]:
    """The signs of an injected instruction that raise the risk of the run that reads the text."""
    return tuple(sign for sign in plain(text).signs if sign in RAISE_RISK)


@lru_cache(maxsize=1_024)
def plain(text: str) -> Plain:
    """The text made plain; of a JSON document every text in it, the rest untouched."""
    if _PLAIN.fullmatch(text) and "\\u" not in text and len(text) <= MOST_CHARACTERS:
        return Plain(text, _suspicious(text))
    noted: dict[str, None] = {}
    try:
        document = every_text(orjson.loads(text), partial(_made_plain, noted=noted))
        made = orjson.dumps(document).decode()
    except orjson.JSONDecodeError:
        made = _made_plain(text, noted)
    return Plain(_OWN_MARK.sub("\u2039", made), tuple(noted) + _suspicious(made))


def _made_plain(text: str, noted: dict[str, None]) -> str:
    printable = _printable(text, noted)
    seen, hid = visible_text(printable)
    if hid:
        noted["hiding_markup"] = None
    if _OWN_MARK.search(printable):
        noted["breaks_fences"] = None
    seen = _OWN_MARK.sub("\u2039", _printable(seen, noted))  # what an entity stood for, as well
    if len(seen) <= MOST_CHARACTERS:
        return seen
    noted["oversized"] = None
    return f"{seen[:MOST_CHARACTERS]} [{len(seen) - MOST_CHARACTERS} characters cut off]"


def _printable(text: str, noted: dict[str, None]) -> str:
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(c for c in composed if c in _KEPT or unicodedata.category(c) not in _GONE)
    kept = _VARIATION.sub("", kept)
    if kept != composed:
        noted["invisible_characters"] = None
    return kept


def _suspicious(text: str) -> tuple[str, ...]:
    lower = text.casefold().replace("\u0131", "i")  # as patterns without case take them
    return tuple(name for name, sign in _SIGNS.items() if sign.fits(text, lower))
