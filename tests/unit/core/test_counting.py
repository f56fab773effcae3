"""No tokenizer makes more tokens of a request than are counted for it.

The vocabularies are made here, of every shape: byte-level merges, and pieces that fall back to
bytes; on the text as it is, and as it is normalised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.counting import most_tokens
from tests.builders import CODEC

if TYPE_CHECKING:
    from schemas.records import ModelRequest

Tokenizer = Callable[[str], int]
LONGER = "\ufb2c\U0001d160\ufdfa"
"""Characters whose normal forms are longer: by up to 11 times."""
texts = st.text(st.sampled_from("abc  é漢🚲\uff21\u0301" + LONGER), max_size=40) | st.text(
    max_size=40
)
forms = st.sampled_from(["", "NFC", "NFKC"])
merges = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=60)
pieces = st.sets(st.text(st.characters(codec="utf-8"), min_size=1, max_size=4), max_size=20)


def normal(form: str, text: str) -> str:
    return normalize(form, text) if form else text  # type: ignore[arg-type]


def byte_level(rules: Sequence[tuple[int, int]], form: str) -> Tokenizer:
    """Starts with a token a byte, and merges pairs of tokens by rules in their order."""

    def count(text: str) -> int:
        tokens = list(normal(form, text).encode())
        for number, pair in enumerate(rules, 256):
            tokens = merged(tokens, pair, number)
        return len(tokens)

    return count


def merged(tokens: list[int], pair: tuple[int, int], into: int) -> list[int]:
    """The tokens with every such pair replaced, from the left."""
    found: list[int] = []
    for token in tokens:
        if found and (found[-1], token) == pair:
            found[-1] = into
        else:
            found.append(token)
    return found


def with_fallback(known: frozenset[str], form: str) -> Tokenizer:
    """Takes the longest piece that it knows, and a byte for each byte of what it does not."""

    def count(text: str) -> int:
        text, tokens = normal(form, text), 0
        while text:
            piece = next((text[:n] for n in range(4, 0, -1) if text[:n] in known), "")
            tokens += 1 if piece else len(text[0].encode())
            text = text[len(piece) or 1 :]
        return tokens

    return count


tokenizers = st.builds(byte_level, merges, forms) | st.builds(
    with_fallback, pieces.map(frozenset), forms
)


def request(system: str, asked: str, context: str) -> tuple[ModelRequest, bytes]:
    """A request and its encoding."""
    record: Any = {
        "system": system,
        "request": asked,
        "context": context,
        "answer_schema": "plan",
        "max_output_tokens": 7,
    }
    return record, CODEC.encode_bare("model_request", record)


def valid(text: str) -> bool:
    """Whether a record can hold it."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


sound = texts.filter(valid)


@given(tokenizers, sound, sound, sound)
def test_no_tokenizer_makes_more_tokens_than_are_counted(
    tokens_of: Tokenizer, system: str, asked: str, context: str
) -> None:
    record, encoded = request(system, asked, context)
    assert tokens_of(system) + tokens_of(asked) + tokens_of(context) <= most_tokens(record, encoded)


@given(tokenizers, sound, sound)
def test_nor_when_the_parts_are_sent_as_one_text(
    tokens_of: Tokenizer, asked: str, context: str
) -> None:
    """The marks between them are part of the framing."""
    marks = "<request>\n</request>\n"
    record, encoded = request("", asked, context)
    sent = f"<request>\n{asked}\n</request>\n{context}"
    assert tokens_of(sent) <= most_tokens(record, encoded) + len(marks) + 1


@pytest.mark.parametrize("character", LONGER)
def test_a_text_that_grows_when_it_is_normalised_counts_as_it_grows(character: str) -> None:
    text = character * 50
    record, encoded = request("", text, "")
    longest = max(len(normal(form, text).encode()) for form in ("NFC", "NFKC"))
    assert longest > len(text.encode())
    assert most_tokens(record, encoded) - len(encoded) == longest - len(text.encode())


def test_plain_text_counts_its_encoding() -> None:
    record, encoded = request("Be kind.", "Hello, Grüße", "x" * 1_000)
    assert most_tokens(record, encoded) == len(encoded)
