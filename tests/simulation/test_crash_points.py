"""Every named place between two effects: it is in the code, it is reached, and a crash there is
survived."""

from __future__ import annotations

import ast
import dis
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

import streams
from simulation.running import command, live
from simulation.world import Plan
from streams.adapters import crash_points
from streams.adapters.crash_points import CrashPoint, hooked, reached

SEEDS = 4
MOST_SEEDS = 40
"""A rare point is looked for in so many histories."""
ROOT = Path(streams.__file__).parent
SOURCES = [path for path in ROOT.rglob("*.py") if path.name != "crash_points.py"]


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reached":
            yield node


def guarded(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "__debug__":
            yield from calls(node)


def test_every_name_of_the_table_is_one_place_in_the_code() -> None:
    trees = [ast.parse(path.read_text("utf-8")) for path in SOURCES]
    named = Counter(ast.unparse(call.args[0]) for tree in trees for call in calls(tree))
    assert named == {f"CrashPoint.{name}": 1 for name in CrashPoint.__members__}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_production_compiles_every_place_to_nothing(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert [ast.dump(call) for call in calls(tree)] == [ast.dump(call) for call in guarded(tree)]
    assert "CrashPoint" not in used(text)


def used(text: str) -> set[object]:
    """What the instructions of functions name as `python -O` compiles them.

    The import at the top of a module stays.
    """
    module = compile(text, "source", "exec", optimize=1)
    pending = [const for const in module.co_consts if isinstance(const, CodeType)]
    names: set[object] = set()
    while pending:
        code = pending.pop()
        pending += [const for const in code.co_consts if isinstance(const, CodeType)]
        names |= {instruction.argval for instruction in dis.get_instructions(code)}
    return names


def test_without_a_hook_nothing_happens() -> None:
    assert crash_points._hook is None
    reached(CrashPoint.SEALED)


def test_a_hook_is_gone_after_its_time() -> None:
    heard: list[CrashPoint] = []
    with hooked(heard.append):
        reached(CrashPoint.SEALED)
    reached(CrashPoint.APPENDED)
    assert heard == [CrashPoint.SEALED]


@pytest.mark.parametrize("point", CrashPoint, ids=lambda point: point.name)
def test_a_process_may_end_exactly_there(point: CrashPoint) -> None:
    struck = 0
    for seed in range(MOST_SEEDS):
        plan = Plan(seed, 6, point)
        history = live(plan)
        assert history.violation is None, f"{history.violation}\nto see it again: {command(plan)}"
        struck += history.crashes[point]
        if struck and seed + 1 >= SEEDS:
            return
    pytest.fail(f"{point.name} was never reached in {MOST_SEEDS} histories")
