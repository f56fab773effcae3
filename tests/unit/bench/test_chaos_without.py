"""Each rule can be taken away, in a process of its own, and is gone then."""

import subprocess
import sys

import pytest

from bench.chaos.without import RULES, replace

GONE = {
    "chain": "from streams.core.chain import Chain; assert Chain().extends({'previous': b'any'})",
    "claims": "from streams.core.claims import Claims; assert Claims.after_fold() == []",
    "dedupe": "from streams.core.fold import Fold; assert not Fold(None).applied(None)",
    "time-waits": "from streams.core.ticks import _all_applied; assert _all_applied()",
}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_that_is_taken_away_is_gone(rule: str) -> None:
    code = f"from bench.chaos.without import RULES; RULES[{rule!r}](); {GONE[rule]}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_ordinary_command_runs_without_the_rule(rule: str) -> None:
    command = [sys.executable, "-m", "bench.chaos.without", rule, "worker", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Decide: consume every state topic" in done.stdout


def test_a_rule_that_has_moved_is_noticed() -> None:
    with pytest.raises(AttributeError):
        replace(RULES, "no_such_rule", None)
