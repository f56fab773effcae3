"""docs/contracts.md: its example is sound, and what it says of the command is so."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from agents.contracts.checking import check
from agents.contracts.fields import rows
from agents.prices import price_book
from streams.core.contract import Contract
from tests.unit.contracts.flows import AROUND
from tollway.docs import ROOT

TEXT = (ROOT / "docs" / "contracts.md").read_text("utf-8")
PRICES = price_book()
AROUND_THE_EXAMPLE = replace(
    AROUND,
    names={
        **AROUND.names,
        "tool": frozenset({"refund_order", "close_account"}),
        "retriever": frozenset({"customer"}),
        "model": frozenset(PRICES.models),
    },
    prices=PRICES,
)


def example() -> str:
    found = re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_has_no_finding(tmp_path: Path) -> None:
    file = tmp_path / "contract.yaml"
    file.write_text(example())
    assert check(file, AROUND_THE_EXAMPLE).findings == ()


def test_the_error_that_is_shown_is_what_the_example_gives(tmp_path: Path) -> None:
    file = tmp_path / "contract.yaml"
    file.write_text(example().replace("tools: [refund_order]", "tools: [refund_ordr]"))
    (finding,) = check(file, AROUND_THE_EXAMPLE).findings
    assert str(finding).replace(str(file), "workflows/refunds/contract.yaml") in TEXT


@pytest.mark.parametrize("row", rows().values(), ids=lambda row: ".".join(row.pattern))
def test_every_field_says_what_it_means_and_what_it_may_hold(row: object) -> None:
    assert all(getattr(row, name) for name in ("takes", "meaning")), row
    assert getattr(row, "example", None) is not None, row


def test_the_rows_are_the_fields_of_the_model() -> None:
    assert {pattern[0] for pattern in rows()} == set(Contract.model_fields)
