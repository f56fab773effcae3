"""The words of a request are read as whole typed values, never by coincidence."""

from __future__ import annotations

from typing import Any

import pytest

from streams.core.flow.declared import Kind
from streams.core.flow.spans import span_in

NAMED: list[tuple[str, Any, Kind]] = [
    ("cancel #W1234567, please", "#W1234567", "id"),
    ("the user 'thedevguy' please", "thedevguy", "id"),
    ("via credit_card_99.", "credit_card_99", "id"),
    ("send $1,250.50 to me", 1250.5, "amount"),
    ("refund 20 USD", 2000, "amount_cents"),
    ('{"amount_usd": 45, "order_id": "#W1"}', 4500, "amount_cents"),
    ("write to ann@example.com.", "ann@example.com", "email"),
    ("write to [EMAIL_1] please", "[EMAIL_1]", "email"),
    ("open https://example.com/a?b=1 now", "https://example.com/a?b=1", "url"),
    ("ship it to 12 Elm Street, Austin", "12 Elm Street", "text"),
]
NOT_NAMED: list[tuple[str, Any, Kind]] = [
    ("cancel #W12345678", "#W1234567", "id"),
    ("cancel #W1234567", "W1234567", "id"),
    ("Your thedevguy is here", "thedevguy", "id"),
    ("I have 500 kettles", 500, "amount"),
    ("refund 20 USD", 200, "amount_cents"),
    ("write to joann@example.com", "ann@example.com", "email"),
    ("write to ann@example.com.evil.test", "ann@example.com", "email"),
    ("open https://example.com/", "https://example.com/?q=1", "url"),
    ("to Boston", "Bost", "text"),
    ("to Boston", "", "text"),
    ("write to [EMAIL_12]", "[EMAIL_1]", "email"),
    ("it is true", True, "text"),
]


@pytest.mark.parametrize(("request_text", "value", "kind"), NAMED)
def test_a_whole_typed_token_is_named(request_text: str, value: Any, kind: Kind) -> None:
    assert span_in(request_text, value, kind) is not None


@pytest.mark.parametrize(("request_text", "value", "kind"), NOT_NAMED)
def test_a_coincidence_is_not(request_text: str, value: Any, kind: Kind) -> None:
    assert span_in(request_text, value, kind) is None
