"""The till pays once for each key, and no more than 50.00 USD for one order in all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from agents.tools.spec import CallContext
from schemas.errors import NonConforming, SettingError, ToolRefusal
from workflows.small_refund.schemas import derived
from workflows.small_refund.till import Till, open_till
from workflows.small_refund.toolbox import open_toolbox
from workflows.small_refund.tools import Refund

FOLDER = Path("workflows/small_refund")


def context(key: str, workspace: str = "acme") -> CallContext:
    return CallContext("run-1", workspace, "ann", f"{key}.1", key, 0)


def refund(cents: int, order_id: str = "#W1") -> Refund:
    return Refund(order_id=order_id, amount_usd_cents=cents, reason="broken")


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"store_url": f"sqlite:///{tmp_path}/store.db"}


@pytest.fixture
def till(settings: dict[str, str]) -> Iterator[Till]:
    opened = open_till(settings)
    yield opened
    opened.close()


def paid(till: Till) -> list[int]:
    return [row["amount_usd_cents"] for row in till.of_run("run-1")]


def test_a_repeated_key_pays_once(till: Till) -> None:
    for _ in range(3):
        till.pay(refund(4_499), context("k"))
    assert paid(till) == [4_499]


def test_what_a_run_has_paid_can_be_written_as_json(till: Till) -> None:
    till.pay(refund(1), context("k"))
    (row,) = orjson.loads(orjson.dumps(till.of_run("run-1")))
    assert (row["order_id"], row["idempotency_key"]) == ("#W1", "k")


def test_a_key_stands_for_one_refund(till: Till) -> None:
    till.pay(refund(1), context("k"))
    with pytest.raises(ToolRefusal, match="another refund"):
        till.pay(refund(2), context("k"))


def test_several_small_refunds_of_one_order_are_one_large_one(till: Till) -> None:
    till.pay(refund(4_400), context("a"))
    with pytest.raises(ToolRefusal, match="was paid back 4400 cents before"):
        till.pay(refund(601), context("b"))
    till.pay(refund(600), context("c"))
    till.pay(refund(5_000, "#W2"), context("d"))
    till.pay(refund(5_000), context("e", "other"))
    assert sorted(paid(till)) == [600, 4_400, 5_000, 5_000]


def test_the_toolbox_performs_its_tool_and_no_other(settings: dict[str, str]) -> None:
    box = open_toolbox(settings)
    try:
        assert box.perform("refund", refund(1), context("k")).model_dump() == {
            "order_id": "#W1",
            "amount_usd_cents": 1,
            "status": "paid",
        }
        with pytest.raises(NonConforming, match="known is refund"):
            box.perform("pay_everything", refund(1), context("l"))
    finally:
        box.close()


@pytest.mark.parametrize("settings", [{}, {"store_url": "sqlite://"}, {"store_url": "mysql://x"}])
def test_without_a_store_it_does_not_open(settings: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="store_url"):
        open_till(settings)


def test_the_schemas_on_disk_are_those_of_the_tools() -> None:
    for name, content in derived():
        assert (FOLDER / "schemas" / name).read_bytes() == content
