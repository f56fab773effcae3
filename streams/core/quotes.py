"""What is reserved for a call before it is made: never less than it can cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.errors import NotQuoted
from streams.core.prices import Rates

if TYPE_CHECKING:
    from streams.core.states import Ask
    from streams.core.verdicts import Situation
    from streams.core.workflow import CallType, Workflow


@dataclass(frozen=True, slots=True)
class Quote:
    """The worst case in micro-USD, and the rates that the settlement is made at.

    Without rates the call costs what is reserved.
    """

    usd_micros: int
    rates: Rates


def quoted(ask: Ask, at: Situation, call_type: CallType, arguments: bytes) -> Quote:
    """The quote of a call whose arguments conform. Raises NotQuoted with what would help."""
    workflow = at.workflow
    if ask.kind == "model":
        return _model(ask, workflow, arguments, at.now_ms)
    price = workflow.contract.prices_usd_micros.get(ask.name)
    if price is None:
        raise NotQuoted(
            f"{ask.kind} {ask.name} has no price in the contract's prices_usd_micros; "
            f"add `{ask.name}:` with what a call costs, 0 if nothing"
        )
    typed = call_type.decode_arguments(call_type.arguments_schema, arguments)
    amount = price.quote(typed, at.policy.act_limit_ms, workflow.price_functions)
    return Quote(amount, price.rates)


def _model(ask: Ask, workflow: Workflow, arguments: bytes, now_ms: int) -> Quote:
    book = workflow.prices
    price = book.models.get(ask.name)
    if price is None:
        raise NotQuoted(
            f"model {ask.name} has no price in price book {book.name}; "
            "add it to agents/price_book.yaml under a new version"
        )
    out_of_force = price.out_of_force(now_ms)
    if out_of_force is not None:
        raise NotQuoted(
            f"its price in price book {book.name} {out_of_force}; write the price that holds now "
            "into agents/price_book.yaml, with its days, under a new version"
        )
    return Quote(book.quote_usd_micros(ask.name, ask.arguments, arguments), price.rates)
