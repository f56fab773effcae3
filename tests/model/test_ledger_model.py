"""The rules of the ledger keep its promises in every order of events; each rule is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.spin import MODEL, World, search

PAIR = World(workers=1, pools=1, events=1, troubles=0)

WORLDS = {
    "one of each, in deep trouble": World(workers=1, pools=1, events=3, troubles=2),
    "two workers over one cap": World(workers=2, pools=1, events=3, troubles=0),
    "two workers in trouble": World(workers=2, pools=1, events=2, troubles=1),
    "two of each in trouble": World(workers=2, pools=2, events=1, troubles=1),
}

BREAKS = {
    "WITHOUT_COMMIT_POINT": (PAIR, "no_emit_from_void_block"),
    "WITHOUT_CHAIN": (World(2, 1, 2, 0), "input_decided_once"),
    "WITHOUT_EXPECTED_OFFSET": (World(2, 1, 1, 0), "no_emit_from_void_block"),
    "WITHOUT_FOLD": (World(2, 1, 2, 0), "input_decided_once"),
    "WITHOUT_POSITIONS": (PAIR, "input_decided_once"),
    "WITHOUT_FORWARDING_AGAIN": (World(1, 1, 1, 1), "every_run_ends"),
    "WITHOUT_MARKS": (PAIR, "one_act_per_call"),
    "WITHOUT_CLAIMS": (World(1, 2, 1, 0), "one_act_per_call"),
    "WITHOUT_DOUBT": (World(1, 1, 1, 1), "one_act_per_call"),
    "WITHOUT_NOT_AFTER": (PAIR, "no_act_after_deadline"),
    "WITHOUT_TIME_WAITS": (PAIR, "answer_in_time_counts"),
    "WITHOUT_FIRST_TERMINAL": (PAIR, "settled_once"),
    "WITHOUT_RUN_IDS": (World(1, 1, 3, 0), "one_outcome_per_event"),
    "WITHOUT_RESERVATIONS": (World(1, 1, 2, 0), "within_cap"),
}
"""Each rule with the world and the promise that it alone keeps there."""


@pytest.mark.parametrize("name", WORLDS)
def test_with_all_rules_every_promise_holds(name: str, tmp_path: Path) -> None:
    found = search(tmp_path, WORLDS[name])
    assert found.complete, found.output
    assert found.errors == 0, found.replay()


@pytest.mark.parametrize("rule", BREAKS)
def test_without_a_rule_its_promise_is_broken(rule: str, tmp_path: Path) -> None:
    world, promise = BREAKS[rule]
    found = search(tmp_path, world, rule, shortest=True)
    assert found.broken_promise == promise, found.output
    assert f"assert({promise})" in found.replay()


def test_every_rule_that_the_model_can_drop_is_dropped() -> None:
    texts = [path.read_text("utf-8") for path in MODEL.parent.glob("*.pml")]
    words = {word for text in texts for line in text.splitlines() for word in line.split()}
    assert {word for word in words if word.startswith("WITHOUT_")} == set(BREAKS)
