"""Reading the words of a request as typed values: whole tokens, never parts of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from streams.core.flow.declared import Kind
from streams.core.placeholders import NUMBERED

_AMOUNT = re.compile(
    r"(?P<field>\"(?:amount|price|total)\w*\"\s*:\s*)?(?P<sign>[$€£¥]\s?)?(?<![\w.,-])(?P<number>\d[\d,]*(?:\.\d+)?)(?![\w]|[.,]\d)"
    r"(?P<unit>\s?(?:usd|eur|gbp|dollars?|euros?|cents?)\b)?",
    re.IGNORECASE,
)
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "id": re.compile(r"#?[A-Za-z0-9][\w.:/@-]{1,127}"),
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "url": re.compile(r"(?:https?://|www\.)\S+"),
    "path": re.compile(r"[~.]{0,2}/\S+|[\w.-]+(?:/[\w.-]+)+"),
    "phone": re.compile(r"\+?[\d][\d ()-]{5,}\d"),
    "date": re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ][\d:]+)?"),
}
_QUOTES = "'\"`\u2018\u2019\u201c\u201d"


def span_in(request: str, value: Any, kind: Kind) -> tuple[int, int] | None:
    """Where the request names the value as one of its kind, or None."""
    if isinstance(value, bool) or value is None:
        return None
    if kind in {"amount", "amount_cents"}:
        return _amount(request, value, 100 if kind == "amount_cents" else 1)
    text = str(value)
    shape = _SHAPES.get(kind)
    placeholder = NUMBERED.fullmatch(text)
    if placeholder is not None and placeholder[1] == kind.upper():
        return _token(request, text)  # it stands for personal data of the request
    if not text.strip() or (shape is not None and shape.fullmatch(text) is None):
        return None
    found = _token(request, text)
    if found is not None and kind == "id" and text.isalpha() and not _quoted(request, found):
        return None  # a plain word is an id only where the customer marks it as one
    return found


def _token(request: str, text: str) -> tuple[int, int] | None:
    found = _whole(text).search(request)
    return None if found is None else found.span()


@lru_cache(maxsize=1_024)
def _whole(text: str) -> re.Pattern[str]:
    """The text where it is a whole token, and no part of a longer one."""
    return re.compile(rf"(?<![\w#@/.+-])(?<!\w['\u2019]){re.escape(text)}(?![\w@]|[/.:+-]\w)")


def _quoted(request: str, span: tuple[int, int]) -> bool:
    begin, end = span
    return begin > 0 and request[begin - 1] in _QUOTES and request[end : end + 1] in tuple(_QUOTES)


def _amount(request: str, value: Any, units: int) -> tuple[int, int] | None:
    """A number is an amount where it has a currency or cents; any other may count anything."""
    try:
        wanted = Decimal(str(value))
    except ArithmeticError:
        return None
    for found in _AMOUNT.finditer(request):
        number = found["number"].rstrip(",")
        marked = found["field"] or found["sign"] or found["unit"]
        marked = marked or re.fullmatch(r"[\d,]+\.\d\d", number)
        in_cents = (found["unit"] or "").strip().lower().startswith("cent")
        said = Decimal(number.replace(",", "")) / (100 if in_cents else 1)
        if marked and said * units == wanted:
            return found.span()
    return None
