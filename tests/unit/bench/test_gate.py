"""The gate's bench: its steps are real decisions, and its tables say what it measured."""

from __future__ import annotations

import orjson
from click.testing import CliRunner

from bench.gate import flows
from bench.gate.__main__ import main
from bench.gate.steps import Step, without_gate
from streams.core.verdicts import Admitted


def test_a_step_holds_its_worst_case_against_each_cap_and_nothing_without_its_gate() -> None:
    step = Step(flows.with_caps(4), "execute", 10)
    held = step.decide().spend[0]
    with without_gate():
        free = step.decide().spend[0]
    assert (held["amount_usd_micros"], len(held["accounts"])) == (20, 4)
    assert (free["amount_usd_micros"], free["accounts"]) == (0, [])
    assert isinstance(step.gate()(), Admitted)


def test_every_case_and_every_kind_of_state_is_told() -> None:
    ended = CliRunner().invoke(main, ["--repeats", "1", "--json"])
    told = orjson.loads(ended.stdout)
    assert {case["call"] for case in told["cases"]} == {"model", "tool"}
    assert max(case["others"] for case in told["cases"]) == 100_000
    assert all(case["gate_decisions_per_s"] > 0 for case in told["cases"])
    assert all(kept["count"] and kept["largest_bytes"] for kept in told["state"])
