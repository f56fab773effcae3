"""What is kept of evidence: small pieces whole, of large ones the beginning, all within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core import excerpts as module
from streams.core.excerpts import MAX_EVIDENCE_BYTES, WHOLE_BYTES, beginning, excerpts, fair_share

PROMPT_BYTES = 16_000
sizes = st.lists(st.integers(0, 3_000), max_size=30)


def test_a_small_piece_is_kept_whole_even_beyond_a_prompt() -> None:
    small = b"x" * WHOLE_BYTES
    assert excerpts({"a": small}, PROMPT_BYTES) == {"a": small}


def test_of_a_large_piece_as_much_is_kept_as_a_prompt_can_use() -> None:
    kept = excerpts({"a": b"x" * (WHOLE_BYTES + 1), "b": b"small"}, PROMPT_BYTES)
    assert {key: len(content) for key, content in kept.items()} == {"a": PROMPT_BYTES, "b": 5}


def test_a_longer_prompt_keeps_larger_pieces_whole() -> None:
    piece = b"x" * (WHOLE_BYTES + 1)
    assert excerpts({"a": piece}, 2 * WHOLE_BYTES) == {"a": piece}


def test_many_medium_pieces_are_shortened_and_the_small_ones_are_not() -> None:
    pieces = {str(number): b"x" * 60_000 for number in range(100)} | {"small": b"y" * 100}
    kept = excerpts(pieces, PROMPT_BYTES)
    assert kept["small"] == pieces["small"]
    assert {len(kept[str(number)]) for number in range(100)} == {(MAX_EVIDENCE_BYTES - 100) // 100}


@given(sizes=sizes, total=st.integers(0, 20_000))
def test_fair_shares_fit_and_waste_nothing(sizes: list[int], total: int) -> None:
    share = fair_share(sizes, total)
    used = sum(min(size, share) for size in sizes)
    assert used <= total
    assert used == sum(sizes) or sum(min(size, share + 1) for size in sizes) > total


@given(text=st.text(), most=st.integers(0, 40))
def test_a_beginning_is_text_as_long_as_it_can_be(text: str, most: int) -> None:
    content = text.encode()
    begun = beginning(content, most)
    begun.decode()
    assert content.startswith(begun)
    assert len(begun) == len(content) or most - 3 <= len(begun) <= most


@pytest.mark.parametrize("count", [0, 1, 500])
def test_all_that_is_kept_is_within_bounds(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_EVIDENCE_BYTES", 10_000)
    kept = excerpts({str(number): b"x" * 300 for number in range(count)}, PROMPT_BYTES)
    assert len(kept) == count
    assert sum(map(len, kept.values())) <= 10_000
