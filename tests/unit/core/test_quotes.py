"""Every way to price a tool: what is reserved and refused, and what a contract counts at most."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents.calltypes import call_types
from agents.tools.spec import ToolSpec
from schemas.strict import StrictModel
from streams.core.budget import Spender
from streams.core.gate import admit
from streams.core.max_cost import call_costs
from streams.core.states import Ask
from streams.core.tool_prices import ToolPrice, seconds_usd_micros
from streams.core.verdicts import Admitted, Refusal, Situation, Verdict
from streams.core.workflow import Workflow
from tests.builders import CODEC, NOON_MS, PRICES, contract, states, workflow

ACT_LIMIT_MS = 1_500


class Pages(StrictModel):
    """Arguments that say how many."""

    pages: int
    title: str = ""


def by_weight(pages: Pages) -> int:
    """Two micro-USD a page."""
    return 2 * pages.pages


def broken(pages: Pages) -> int:
    """What a function does that is not total."""
    return pages.pages // 0


FUNCTIONS: dict[str, Any] = {
    "by_weight": by_weight,
    "broken": broken,
    "negative": lambda _: -1,
    "in_dollars": lambda _: 0.5,
}
PRINTER = ToolSpec("print", "Print.", Pages, Pages, "read", idempotent=True)


def printing(price: Any) -> Workflow:
    """A workflow with one tool at this price."""
    policies = states(execute={"tools": ["print"], "act_limit_ms": ACT_LIMIT_MS})
    held = contract(prices_usd_micros={"print": price}, states=policies)
    types = call_types(CODEC, held, (PRINTER,))
    return Workflow(held, workflow().versions, PRICES, types, {}, {}, price_functions=FUNCTIONS)


def decide(price: Any, pages: int = 3) -> Verdict:
    who = Spender("acme", "ann", "run-1")
    situation = Situation(printing(price), "execute", who, NOON_MS, lambda _: None)
    return admit(Ask("tool", "print", {"pages": pages, "title": ""}, "why"), situation)


PER_UNIT = {"per_unit": 5, "unit_of": "pages", "most_units": 20}
PER_SECOND = {"per_second": 30}
BY_FUNCTION = {"function": "by_weight", "most_usd_micros": 10}


@pytest.mark.parametrize(
    ("price", "held", "rates", "most"),
    [
        (200, 200, {}, 200),
        ({"fixed": 200}, 200, {}, 200),
        (0, 0, {}, 0),
        (PER_UNIT, 3 * 5, {}, 20 * 5),
        (PER_SECOND, 2 * 30, {"second": 30}, 2 * 30),
        (BY_FUNCTION, 3 * 2, {}, 10),
    ],
)
def test_each_price_is_reserved_at_its_worst_case_and_counted_at_its_most(
    price: Any, held: int, rates: dict[str, int], most: int
) -> None:
    admitted = decide(price)
    assert isinstance(admitted, Admitted)
    assert (admitted.worst_case_usd_micros, admitted.rates) == (held, rates)
    flow = printing(price)
    (cost,) = call_costs(flow.contract, "execute", flow.prices, flow.prompts)
    assert cost.usd_micros == most


@pytest.mark.parametrize(
    ("price", "pages", "reason"),
    [
        (PER_UNIT, 21, "pages is 21, and 0 to 20 units have a price"),
        (PER_UNIT, -1, "pages is -1, and 0 to 20"),
        ({**PER_UNIT, "unit_of": "title"}, 1, "title is , and 0 to 20"),
        ({**PER_UNIT, "unit_of": "sheets"}, 1, "sheets is None, and"),
        (BY_FUNCTION, 6, "by_weight says 12 micro-USD, and 0 to 10 may be charged"),
        ({**BY_FUNCTION, "function": "negative"}, 1, "negative says -1 micro-USD"),
        ({**BY_FUNCTION, "function": "in_dollars"}, 1, "in_dollars says 0.5 micro-USD"),
        ({**BY_FUNCTION, "function": "broken"}, 1, "broken broke: ZeroDivisionError"),
        ({**BY_FUNCTION, "function": "other"}, 1, "no price function is called other; add it"),
    ],
)
def test_arguments_without_a_price_are_refused_with_the_reason(
    price: Any, pages: int, reason: str
) -> None:
    refusal = decide(price, pages)
    assert isinstance(refusal, Refusal)
    assert refusal.rule == "price"
    assert reason in refusal.reason


@given(st.integers(-5, 30))
def test_no_admitted_call_is_reserved_above_what_the_contract_counts(pages: int) -> None:
    for price in (PER_UNIT, BY_FUNCTION):
        admitted = decide(price, pages)
        most = ToolPrice.model_validate(price).most(ACT_LIMIT_MS)
        if isinstance(admitted, Admitted):
            assert 0 <= admitted.worst_case_usd_micros <= most
        else:
            assert isinstance(admitted, Refusal)


@pytest.mark.parametrize(("took_ms", "seconds"), [(0, 0), (1, 1), (1_000, 1), (1_001, 2)])
def test_a_second_that_has_begun_counts_in_full(took_ms: int, seconds: int) -> None:
    assert seconds_usd_micros(30, took_ms) == seconds * 30


@pytest.mark.parametrize(
    "price",
    [{}, {"fixed": 1, "per_second": 1}, {"per_unit": 1}, {"function": "f"}, {"most_usd_micros": 1}],
)
def test_a_price_is_of_one_kind_and_whole(price: Any) -> None:
    with pytest.raises(ValidationError, match="should hold one of"):
        ToolPrice.model_validate(price)


@pytest.mark.parametrize(
    "price", [-1, 10**15 + 1, 0.5, "200", True, None, {"per_second": 0}, {"per_hour": 1}]
)
def test_a_price_that_is_none_is_no_price(price: Any) -> None:
    with pytest.raises(ValidationError):
        ToolPrice.model_validate(price)
