"""What a request names: orders, payment methods, reasons, addresses and items, as typed spans.

Only what is written out is found: ids as the store writes them, names of products, and options and
addresses between braces. Of a request in other words it finds less, and then says less.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_ORDER = re.compile(r"#W\d+")
_PAYMENT_METHOD = re.compile(r"\b(?:credit_card|gift_card|paypal)_\d+\b")
_ASIDE = re.compile(r"\([^()]*\)")
_BRACES = re.compile(r"\{[^{}]*\}")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z])")
Options = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mention:
    """One piece that a clause names: its product, options of it, and options to have instead."""

    product: str
    options: Options
    wanted: Options | None


@dataclass(frozen=True, slots=True)
class Clause:
    """The part of a request that is about some orders, from their naming to the next naming."""

    text: str

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders it is about; one in parentheses is an aside."""
        return tuple(_ORDER.findall(_ASIDE.sub("", self.text)))

    @property
    def payment_methods(self) -> tuple[str, ...]:
        """The payment methods that it names."""
        return tuple(_PAYMENT_METHOD.findall(self.text))

    def says(self, words: Iterable[str]) -> bool:
        """Whether it has one of these words, outside of braces."""
        said = _BRACES.sub("", self.text).lower()
        return any(re.search(rf"\b{re.escape(word)}", said) for word in words)

    def addresses(self) -> Iterator[Options]:
        """What stands between braces and is an address."""
        written = (_options(found[0]) for found in _BRACES.finditer(self.text))
        return (found for found in written if "address1" in found)

    def mentions(self, products: Iterable[str]) -> list[Mention]:
        """The pieces of these products that it names, in order."""
        names = "|".join(re.escape(name) for name in sorted(set(products), key=len, reverse=True))
        if not names:
            return []
        braces = _BRACES.pattern
        pattern = rf"\b({names})\b(?:\s*({braces}))?(?:\s*to\s*({braces}))?"
        return [
            Mention(found[1].lower(), _options(found[2]), _options(found[3]) if found[3] else None)
            for found in re.finditer(pattern, self.text, re.IGNORECASE)
        ]


def clauses(request: str) -> list[Clause]:
    """The request's clauses; what stands before the first order is about none."""
    texts: list[str] = []
    for sentence in _SENTENCE.split(request):
        if Clause(sentence).orders:
            texts.append(sentence)
        elif texts:
            texts[-1] += f" {sentence}"
    return [Clause(text) for text in texts]


def _options(braces: str | None) -> Options:
    """A mapping of texts as it is written out; anything else is none."""
    try:
        found = ast.literal_eval(braces or "{}")
    except (ValueError, SyntaxError):
        return {}
    texts = isinstance(found, dict) and all(isinstance(part, str) for part in found.values())
    return found if texts else {}
