"""The log of writes: once for each key, whole records before and after, and what a run changed."""

from __future__ import annotations

from typing import Any

from schemas.derive import conform
from tests.integration.retail.desk import (
    Desk,
    expected,
    independent_requests,
    recorded_requests,
    recorded_store,
)
from workflows.retail_support.recorded import as_recorded
from workflows.retail_support.records import Images

ORDER = "#W5199551"
CANCEL: tuple[str, dict[str, Any]] = (
    "cancel_pending_order",
    {"order_id": ORDER, "reason": "no longer needed"},
)
THERE = {
    "address1": "9 New St",
    "address2": "",
    "city": "Reno",
    "country": "USA",
    "state": "NV",
    "zip": "89501",
}


def move(desk: Desk, address: dict[str, str], key: str, run_id: str = "run") -> None:
    """Send the order elsewhere."""
    arguments = {"order_id": ORDER, **address}
    assert desk.call("modify_pending_order_address", arguments, key, run_id)[1] is None


def test_a_repeated_key_gives_the_recorded_result_without_a_second_effect(desk: Desk) -> None:
    requests = independent_requests()[:40]
    first = [desk.work(request) for request in requests]
    after = desk.store.dump()
    again = [desk.work(request) for request in requests]
    assert again == first == [expected(request) for request in requests]
    assert desk.store.dump() == after


def test_a_repeated_key_gives_the_recorded_refusal_even_when_it_would_now_succeed(
    desk: Desk,
) -> None:
    refused = next(r for r in recorded_requests() if r["steps"][0]["error"])
    step = refused["steps"][0]
    first = desk.call(step["tool"], step["arguments"], "again")
    assert first == (None, step["error"])
    order = recorded_store()["orders"][step["arguments"]["order_id"]]
    cancel = {"order_id": order["order_id"], "reason": "no longer needed"}
    assert desk.call("cancel_pending_order", cancel, "other")[1] is None
    assert desk.call(step["tool"], step["arguments"], "again") == first
    assert [entry["error"] for entry in desk.entries()] == [step["error"], None]


def test_a_key_that_stands_for_another_call_is_refused_and_changes_nothing(desk: Desk) -> None:
    tool, arguments = CANCEL
    move(desk, THERE, "key")
    before = desk.store.dump()
    answer = desk.call(tool, arguments, "key")
    assert answer == (
        None,
        "Error: this idempotency key was used for another call; use a new one",
    )
    assert desk.store.dump() == before
    assert len(desk.entries()) == 1


def test_an_entry_names_its_call_and_holds_whole_records_before_and_after(desk: Desk) -> None:
    request = next(r for r in recorded_requests() if "users" in r["changed"])
    desk.work(request)
    (entry, *_) = desk.entries()
    step = request["steps"][0]
    assert (entry["run_id"], entry["call_id"]) == (request["id"], f"call of {request['id']}/0")
    assert (entry["tool"], entry["arguments"]) == (step["tool"], step["arguments"])
    before = as_recorded(conform(Images, entry["before"]))
    for table, records in before.items():
        assert records == {key: recorded_store()[table][key] for key in records}
    after = as_recorded(conform(Images, entry["after"]))
    assert after["orders"] == {step["arguments"]["order_id"]: step["result"]}


def test_money_in_the_log_is_integer_cents(desk: Desk) -> None:
    desk.call(*CANCEL)
    (entry,) = desk.entries()
    assert not list(floats([entry["result"], entry["before"], entry["after"]]))


def test_a_refusal_is_logged_without_records(desk: Desk) -> None:
    desk.call(*CANCEL, key="first")
    desk.call(*CANCEL, key="second")
    entry = desk.entries()[1]
    nothing: dict[str, Any] = {"orders": {}, "users": {}}
    assert (entry["error"], entry["result"], entry["before"], entry["after"]) == (
        *("Error: non-pending order cannot be cancelled", None),
        *(nothing, nothing),
    )


def test_what_a_run_put_back_as_it_was_does_not_count_as_changed(desk: Desk) -> None:
    home = recorded_store()["orders"][ORDER]["address"]
    move(desk, THERE, "there")
    assert list(desk.store.changed_by("run")["orders"]) == [ORDER]
    move(desk, home, "back")
    assert desk.store.changed_by("run") == {}


def test_each_run_is_charged_with_its_own_changes_from_its_own_first_write(desk: Desk) -> None:
    order = recorded_store()["orders"][ORDER]
    move(desk, THERE, "a", "one")
    move(desk, order["address"], "b", "two")
    assert desk.store.changed_by_every_run() == {
        "one": {"orders": {ORDER: {**order, "address": THERE}}},
        "two": {"orders": {ORDER: order}},
    }
    assert desk.store.changed_by("two") == {"orders": {ORDER: order}}


def test_a_run_that_wrote_nothing_changed_nothing(desk: Desk) -> None:
    assert desk.store.changed_by("never seen") == {}


def floats(value: Any) -> Any:
    """Every float inside a JSON value."""
    match value:
        case float():
            yield value
        case dict():
            yield from floats(list(value.values()))
        case list():
            for part in value:
                yield from floats(part)
