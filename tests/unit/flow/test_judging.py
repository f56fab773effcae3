"""Only origins count: each rule of information flow objects by its own name, and says a remedy."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from streams.core.flow.declared import Flow
from streams.core.flow.judging import Flowing, Unexplained, objections
from streams.core.flow.provenance import Origin, Provenance
from streams.core.state_policy import StatePolicy

ID = "#W1234567"
FLOW = {
    "tools": {
        "cancel": {
            "said": ["cancel"],
            "control": {
                "order": {"kind": "id", "sources": ["request"], "own": "customer#/orders/*"}
            },
            "content": ["note"],
        },
        "swap": {"control": {"item": {"kind": "id"}}},
        "mail": {
            "outbound": True,
            "control": {"to": {"kind": "email"}},
            "content": ["body"],
            "carries": ["public"],
        },
        "mail_customer": {
            "outbound": True,
            "control": {"to": {"kind": "email", "own": "customer#/email"}},
            "content": ["body"],
        },
        "fetch": {"outbound": True, "control": {"url": {"kind": "url"}}},
        "count": {"acts": True, "control": {"order": {"kind": "id"}}},
        "records": {"returns": ["health"]},
    }
}
OWNED = {"customer#/orders/*": (ID,), "customer#/email": ("ann@example.com",)}
ASKED = f"Please cancel {ID}; write to ann@example.com."
LISTED = {"network": "listed", "destinations": ["example.com"]}


def judged(  # noqa: PLR0913  one call and what is known of it
    name: str,
    arguments: dict[str, Any],
    *,
    origins: dict[str, Origin] | None = None,
    request: str = ASKED,
    reads: bool = False,
    policy: dict[str, Any] | None = None,
    classes: tuple[str, ...] = (),
) -> Unexplained | None:
    flow = Flow.model_validate_json(orjson.dumps(FLOW))
    known = Provenance(origins or {}, request, lambda place: OWNED.get(place, ()), classes)
    at = StatePolicy.model_validate_json(orjson.dumps(policy or LISTED))
    found = objections(Flowing(name, arguments, reads, known, flow, at, "execute"))
    return next(found, None)


TRUSTED, UNTRUSTED = Origin("trusted", "order:1#/id"), Origin("untrusted", "order:1#/note")
OBJECTIONS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a request that asks for something else": (
        "cancel", {"arguments": {"order": ID}, "request": f"Where is {ID}?"}, "asked_for"
    ),
    "a literal that the request does not hold": (
        "cancel", {"arguments": {"order": "#W7654321"}}, "control_argument"
    ),
    "a part of a token of the request": (
        "cancel", {"arguments": {"order": ID[:-1]}}, "control_argument"
    ),
    "a trusted field where only the request counts": (
        "cancel", {"arguments": {"order": ID}, "origins": {"/order": TRUSTED}}, "control_argument"
    ),
    "another customer's order that the request names": (
        "cancel", {"arguments": {"order": "#W2"}, "request": "cancel #W2"}, "own_records"
    ),
    "an untrusted field that equals a trusted one": (
        "swap", {"arguments": {"item": ID}, "origins": {"/item": UNTRUSTED}}, "asked_for"
    ),
    "nothing that the request names": (
        "swap", {"arguments": {"item": ID}, "origins": {"/item": TRUSTED}}, "asked_for"
    ),
    "an argument that nobody declared": (
        "cancel", {"arguments": {"order": ID, "refund_to": "card_9"}}, "control_argument"
    ),
    "a tool that nobody declared": ("burn", {"arguments": {"house": "mine"}}, "asked_for"),
    "a read with side effects": (
        "count", {"arguments": {"order": "#W8"}, "reads": True}, "asked_for"
    ),
    "data in the URL of a read": (
        "fetch",
        {"arguments": {"url": "https://example.com/?q=secret"}, "reads": True},
        "asked_for",
    ),
    "a host that is not listed": (
        "fetch",
        {"arguments": {"url": "https://evil.test/"}, "request": "open https://evil.test/"},
        "network",
    ),
    "no network at all": (
        "mail", {"arguments": {"to": "ann@example.com"}, "policy": {"network": "none"}}, "network"
    ),
    "what the model has read, to somebody not cleared": (
        "mail",
        {"arguments": {"to": "ann@example.com", "body": "hi"}, "classes": ("health",)},
        "confidential",
    ),
    "data that may not enter": (
        "records", {"arguments": {}, "reads": True, "policy": {"data_classes": []}}, "data_class"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "given", "rule"), OBJECTIONS.values(), ids=OBJECTIONS.keys())
def test_what_is_not_explained_is_objected_to(name: str, given: dict[str, Any], rule: str) -> None:
    found = judged(name, **given)
    assert found is not None
    assert found.rule == rule
    assert found.reason.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("cancel", {"arguments": {"order": ID, "note": "anything at all"}}),
        ("mail", {"arguments": {"to": "ann@example.com", "body": "hi"}, "classes": ("public",)}),
        ("mail_customer", {"arguments": {"to": "ann@example.com"}, "classes": ("health",)}),
        ("look", {"arguments": {"where": "anywhere"}, "reads": True}),
        ("swap", {"arguments": {"item": "c-1"}, "origins": {"/item": Origin("contract", "c")}}),
    ],
)
def test_what_is_explained_passes(name: str, given: dict[str, Any]) -> None:
    assert judged(name, **given) is None


def test_an_objection_names_field_source_and_remedy() -> None:
    found = judged("cancel", {"order": "#W9"}, origins={"/order": UNTRUSTED})
    assert found is not None
    assert found.reason == (
        "cancel: /order controls what happens and comes from untrusted order:1#/note; it must come "
        "from request: name it by words of the request that are a whole id"
    )
