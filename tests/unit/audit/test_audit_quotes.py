"""Quotes on the ledger are worked out again, and a doctored one is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.builders import CODEC, MODEL
from tests.unit.audit.tampering import audited, copied, forged

if TYPE_CHECKING:
    from schemas.records import Call, LedgerBlock

Edit = Callable[["Call"], "Call"]


def calls_of(kind: str, edit: Edit) -> Callable[[int, LedgerBlock], None]:
    """Change every call of a kind, and its reservation with it."""

    def change(_: int, block: LedgerBlock) -> None:
        for decision in block["decisions"]:
            for emit in decision["emits"]:
                if emit["topic"] == f"calls.{kind}":
                    call: Call = edit(CODEC.decode("call", emit["value"]))  # type: ignore[arg-type]
                    emit["value"] = CODEC.encode("call", call)
                    for spend in decision["spend"]:
                        if spend["entry"] == "reserve":
                            spend["amount_usd_micros"] = call["reserved_usd_micros"]

    return change


async def quotes(kind: str, edit: Edit) -> str:
    report = await audited(forged(copied(), calls_of(kind, edit)))
    return "\n".join(found.message for found in report.findings if found.kind == "quote")


def cheaper(call: Call) -> Call:
    return {**call, "reserved_usd_micros": call["reserved_usd_micros"] - 1}


@pytest.mark.parametrize("kind", ["model", "tool", "retrieval"])
async def test_a_quote_below_its_worst_case_is_found(kind: str) -> None:
    assert "and its worst case is" in await quotes(kind, cheaper)


async def test_rates_that_are_not_those_of_the_book_are_found() -> None:
    def halved(call: Call) -> Call:
        return {**call, "rates": {kind: rate // 2 for kind, rate in call["rates"].items()}}

    assert f"carries other rates for {MODEL} than price book" in await quotes("model", halved)


async def test_a_request_that_was_longer_than_its_quote_is_found() -> None:
    def longer(call: Call) -> Call:
        request = CODEC.decode_bare("model_request", call["arguments"])
        asked = {**request, "max_output_tokens": 10**6}
        return {**call, "arguments": CODEC.encode_bare("model_request", asked)}

    assert "and its worst case is" in await quotes("model", longer)


async def test_sound_quotes_are_counted_and_those_of_other_contracts_as_well() -> None:
    sound = await audited(copied())
    assert sound.passed
    assert sound.counts["quotes worked out again"] > 0
    assert sound.counts["quotes that cannot be worked out again here"] == 0
    unknown = await audited(copied(), contracts={})
    assert unknown.counts["quotes that cannot be worked out again here"] > 0
