"""Quotes: what was reserved for a call is its worst case, worked out again from the ledger alone.

A model's from the request that was sent and the rates that the call carries, which are those of the
book that it names where that is here; a tool's or retriever's from its contract. What the arguments
decide is bounded only: their types are the workflow's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from schemas.catalogue import catalogue, schema_fingerprint
from streams.core.audit.checks import Seen
from streams.core.audit.findings import Notes
from streams.core.audit.money import Contracts
from streams.core.counting import most_tokens
from streams.core.prices import PriceBook, bound_usd_micros

if TYPE_CHECKING:
    from schemas.records import Call, ModelRequest
    from streams.core.tool_prices import ToolPrice

PriceBooks = Mapping[str, PriceBook]
"""Price books by the version that stands on calls."""
REQUEST = "model_request"


@dataclass(frozen=True, slots=True)
class QuotesAudit:
    """Works every quote out again, as far as what it was taken from is here."""

    contracts: Contracts
    books: PriceBooks
    notes: Notes
    _request_schema: str = field(
        default_factory=lambda: schema_fingerprint(catalogue().current[REQUEST].definition)
    )

    def look(self, seen: Seen) -> None:
        """Every call that is emitted. Raises RecordError for arguments that do not decode."""
        for call in cast("list[Call]", seen.emitted("call")):
            wrong = self._model(seen, call) if call["kind"] == "model" else self._priced(call)
            for message in wrong:
                self.notes.found(seen.offset, "quote", f"call {call['call_id']} {message}")

    def _model(self, seen: Seen, call: Call) -> Iterator[str]:
        if call["arguments_schema"] != self._request_schema or not call["rates"]:
            self.notes.count("quotes that cannot be worked out again here")
            return
        book = self.books.get(call["priced_by"])
        if book is not None:
            price = book.models.get(call["name"])
            if price is None or dict(price.rates) != call["rates"]:
                yield f"carries other rates for {call['name']} than price book {book.name}"
        request = cast("ModelRequest", seen.codec.decode_bare(REQUEST, call["arguments"]))
        yield from self._same(call, _worst_case(call, request, book))

    def _priced(self, call: Call) -> Iterator[str]:
        contract = self.contracts.get(call["priced_by"])
        price = contract.prices_usd_micros.get(call["name"]) if contract else None
        if price is None:
            self.notes.count("quotes that cannot be worked out again here")
            return
        most = price.most(call["act_limit_ms"])
        if not _by_arguments(price):
            yield from self._same(call, most)
        elif not 0 <= call["reserved_usd_micros"] <= most:
            yield f"was quoted at {call['reserved_usd_micros']} micro-USD, and at most {most} holds"
        if dict(price.rates) != call["rates"]:
            yield f"carries other rates for {call['name']} than contract {call['priced_by']}"

    def _same(self, call: Call, worst_case: int) -> Iterator[str]:
        self.notes.count("quotes worked out again")
        if call["reserved_usd_micros"] != worst_case:
            quoted = call["reserved_usd_micros"]
            yield f"was quoted at {quoted} micro-USD, and its worst case is {worst_case}"


def _worst_case(call: Call, request: ModelRequest, book: PriceBook | None) -> int:
    """By the book's own count where it is here; else every byte is a token."""
    if book is not None and call["name"] in book.models:
        return book.quote_usd_micros(call["name"], request, call["arguments"])
    tokens = most_tokens(request, call["arguments"])
    return bound_usd_micros(call["rates"], tokens, request["max_output_tokens"])


def _by_arguments(price: ToolPrice) -> bool:
    return price.per_unit is not None or price.function is not None
