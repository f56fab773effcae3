"""The recorded requests, step by step and to the cent."""

from __future__ import annotations

from tests.integration.retail.desk import (
    Desk,
    expected,
    independent_requests,
    recorded_requests,
    recorded_store,
)


def test_each_of_the_500_requests_on_a_store_as_in_the_files_gives_its_recorded_steps_and_changes(
    desk: Desk,
) -> None:
    wrong = []
    for request in recorded_requests():
        outcomes = desk.work(request)
        changed = desk.store.changed_by(request["id"])
        if (outcomes, changed) != (expected(request), request["changed"]):
            wrong.append(request["id"])
        desk.wind_back()
    assert wrong == []
    assert desk.store.dump() == recorded_store()


def test_the_independent_requests_together_on_one_store_each_give_exactly_their_changes(
    desk: Desk,
) -> None:
    requests = independent_requests()
    for request in requests:
        assert desk.work(request) == expected(request)
    recorded = {request["id"]: request["changed"] for request in requests}
    assert len(recorded) == 312
    assert desk.store.changed_by_every_run() == recorded
    after = recorded_store()
    for changed in recorded.values():
        after = {table: {**part, **changed.get(table, {})} for table, part in after.items()}
    assert desk.store.dump() == after
