"""What stands in the warehouse of a world that is known in every detail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.records import Outcome
from sinks.warehouse.reading import Reader
from streams.core.hashing import run_id
from tests.builders import CODEC, WORKSPACE
from tests.unit.sinks.conftest import land
from tests.unit.sinks.world import World

A, B, C = (run_id(WORKSPACE, name) for name in "abc")


def rows(reader: Reader, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    return list(reader.ask(sql, parameters).rows)


def outcomes(world: World) -> dict[str, Outcome]:
    decoded = [CODEC.decode("outcome", record.value) for record in world.topics["outcomes"]]
    return {outcome["run_id"]: outcome for outcome in decoded}  # type: ignore[misc]


def test_there_is_one_row_a_run_and_it_says_what_the_outcome_topic_says(
    reader: Reader, world: World
) -> None:
    sql = "SELECT run_id, outcome, error, spent_usd_micros, calls, answer FROM runs"
    found = {row[0]: row[1:] for row in rows(reader, sql)}

    said = {
        run: (o["outcome"], o["error"], o["spent_usd_micros"], o["calls"], o["answer"] or None)
        for run, o in outcomes(world).items()
    }
    assert found == said
    assert [said[run][0] for run in (A, B, C)] == ["resolved", "escalated", "rejected"]


def test_a_run_carries_whose_it_is_and_when_it_came_and_went(reader: Reader, world: World) -> None:
    sql = "SELECT event_id, user_id, workflow, customer_tier, region, epoch_ms(received_at), "
    sql += "epoch_ms(finished_at), duration_ms, contract_version FROM runs WHERE run_id = $run"
    (row,) = rows(reader, sql, run=B)
    outcome = outcomes(world)[B]
    received, finished = outcome["received_at_ms"], outcome["finished_at_ms"]

    assert row[:5] == ("b", "bob", "tiny", "gold", "eu")
    assert row[5:] == (received, finished, finished - received, "tiny@1")


def test_a_repeated_event_makes_no_second_run(reader: Reader) -> None:
    assert rows(reader, "SELECT count(*) FROM decisions WHERE rule = 'intake.duplicate'") == [(1,)]
    assert rows(reader, "SELECT count(*) FROM runs WHERE event_id = 'a'") == [(1,)]


def test_there_is_one_row_a_call_from_its_request_to_its_settlement(reader: Reader) -> None:
    sql = "SELECT kind, name, state, attempt, status, cost_usd_micros, provider, why IS NULL "
    sql += "FROM calls WHERE run_id = $run ORDER BY issued_at"

    assert rows(reader, sql, run=A) == [
        ("retrieval", "shelf", "retrieval", 1, "done", 10, "test", False),
        ("model", "tiny-model", "plan", 1, "done", 10, "test", False),
        ("tool", "look", "execute", 1, "done", 10, "test", False),
        ("model", "tiny-model", "finalize", 1, "done", 10, "test", False),
    ]


def test_a_refused_call_says_so(reader: Reader) -> None:
    sql = "SELECT status, customer_tier FROM calls WHERE run_id = $run AND kind = 'tool'"

    assert rows(reader, sql, run=B) == [("refused", "gold")]


def test_hashes_of_what_was_sent_and_came_back_are_there(reader: Reader) -> None:
    sql = "SELECT count(*) FROM calls WHERE status = 'done' AND "
    sql += "(length(parameters_hash) <> 32 OR length(response_hash) <> 32)"

    assert rows(reader, sql) == [(0,)]


def test_a_call_says_which_pool_answered_it_when_and_with_how_many_tokens(reader: Reader) -> None:
    sql = "SELECT name, pool IS NULL, started_at IS NULL OR finished_at < started_at, "
    sql += "input_tokens, output_tokens FROM calls WHERE run_id = $run AND status = 'done'"

    assert set(rows(reader, sql, run=A)) == {
        ("shelf", False, False, 0, 0),
        ("tiny-model", False, False, 0, 0),
        ("look", False, False, 0, 0),
    }


def test_every_movement_of_money_names_its_accounts(reader: Reader) -> None:
    sql = "SELECT scope, owner, window_length, entry, sum(amount_usd_micros) FROM account_spend "
    sql += "WHERE run_id = $run AND entry = 'settle' GROUP BY ALL ORDER BY scope"

    assert rows(reader, sql, run=A) == [
        ("run", A, "run", "settle", 40),
        ("user", "ann", "day", "settle", 40),
    ]


def test_what_was_read_and_why_is_there_with_its_run(reader: Reader) -> None:
    sql = "SELECT what, count(*) FROM accesses WHERE run_id = $run AND provider IS NULL GROUP BY 1"

    assert dict(rows(reader, sql, run=A)) == {
        "retrieval shelf": 1,
        "model tiny-model": 2,
        "tool look": 1,
    }


def test_checks_are_rows(reader: Reader) -> None:
    sql = "SELECT run_id, name, passed FROM checks ORDER BY passed"

    assert rows(reader, sql) == [(B, "all_steps_done", False), (A, "all_steps_done", True)]


def test_dead_letters_say_where_and_why(reader: Reader) -> None:
    sql = "SELECT topic, topic_offset, reason, run_id FROM dead_letters"

    assert rows(reader, sql) == [("state.plan", 2, "NotFramed", None)]


def test_void_blocks_are_skipped_and_counted(reader: Reader, world: World) -> None:
    ((next_offset, void),) = rows(reader, "SELECT next_offset, void_blocks FROM facts.positions")

    assert (next_offset, void) == (len(world.topics["ledger"]), 1)
    assert rows(reader, "SELECT count(*) FROM decisions WHERE writer = 'zombie'") == [(0,)]


def test_the_stages_of_a_run_add_up_to_the_run(reader: Reader) -> None:
    sql = "SELECT list(stage ORDER BY step), sum(total_ms) = any_value(duration_ms), "
    sql += "sum(s.cost_usd_micros) = any_value(spent_usd_micros), sum(s.calls) = any_value(r.calls)"
    sql += " FROM stages s JOIN runs r USING (run_id) WHERE run_id = $run"
    stages = ["intake", "retrieval", "plan", "execute", "verify", "finalize", "log"]

    assert rows(reader, sql, run=A) == [(stages, True, True, True)]


def test_a_stage_tells_waiting_from_being_under_way(reader: Reader) -> None:
    sql = "SELECT queued_ms + calls_ms = total_ms, queued_ms > 0, calls_ms > 0 "
    sql += "FROM stages WHERE run_id = $run AND stage = 'plan'"

    assert rows(reader, sql, run=A) == [(True, True, True)]


async def test_a_run_that_waits_is_open_in_its_stage_with_its_call(tmp_path: Path) -> None:
    world = World().run({"event_id": "a"})
    ledger = world.topics["ledger"]
    blocks = [CODEC.decode("ledger_block", record.value) for record in ledger]
    rules = [block["decisions"][0]["rule"] for block in blocks]
    del ledger[rules.index("plan.call") + 1 :]
    await land(world.source(), tmp_path / "w.duckdb")
    reader = Reader(tmp_path / "w.duckdb")

    assert rows(reader, "SELECT outcome, finished_at, calls FROM runs") == [("open", None, 2)]
    stages = rows(reader, "SELECT stage, left_at IS NULL FROM stages ORDER BY step")
    assert stages == [("intake", False), ("retrieval", False), ("plan", True)]
    waiting = rows(reader, "SELECT kind, cost_usd_micros FROM calls WHERE status = 'waiting'")
    assert waiting == [("model", None)]


@pytest.mark.parametrize("table", ["runs", "calls", "stages"])
def test_keys_are_unique(reader: Reader, table: str) -> None:
    key = {"runs": "run_id", "calls": "call_id", "stages": "(run_id, step)"}[table]

    sql = f"SELECT count(*) = count(DISTINCT {key}), count(*) > 0 FROM {table}"
    assert rows(reader, sql) == [(True, True)]
