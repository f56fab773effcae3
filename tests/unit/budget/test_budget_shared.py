"""`tollway budget show` on caps that workspaces share."""

from __future__ import annotations

from tests.unit.core.test_slices import ROOMY, WORKSPACES, Together
from tollway.budget.shared import shared_standings, slice_of
from tollway.cli.shared_text import shared_as_dicts, shared_in_words


def used() -> Together:
    together = Together(ROOMY)
    for number, workspace in enumerate(WORKSPACES[:2]):
        together.run(number, workspace)
    return together


def test_a_shared_cap_shows_what_is_handed_out_and_what_each_holder_did_with_it() -> None:
    together = used()
    (row,) = shared_standings(together.flow.shared_caps, [together.fold], together.now_ms)
    assert (row.cap_usd_micros, row.spent_usd_micros) == (ROOMY, together.spent())
    assert [holder.workspace for holder in row.holders] == ["acme", "bolt"]
    assert row.handed_out_usd_micros == sum(holder.slice_usd_micros for holder in row.holders)
    assert row.left_usd_micros == ROOMY - row.handed_out_usd_micros


def test_the_slice_is_the_cap_of_the_workspaces_account() -> None:
    together = used()
    slice_usd_micros = slice_of("acme|organization|group|day|2026-01-05", [together.fold])
    assert slice_usd_micros == ROOMY // 8
    assert slice_of("acme|workspace|acme|day|2026-01-05", [together.fold]) is None


def test_the_text_names_cap_and_holders_and_json_has_all() -> None:
    together = used()
    rows = shared_standings(together.flow.shared_caps, [together.fold], together.now_ms)
    told = "\n".join(shared_in_words(rows))
    assert "organization group" in told
    assert "held by acme" in told
    assert "held by bolt" in told
    (facts,) = shared_as_dicts(rows)
    assert facts["name"] == "group"
    assert len(facts["holders"]) == 2


def test_nothing_is_told_where_nothing_is_shared() -> None:
    assert shared_in_words([]) == []
