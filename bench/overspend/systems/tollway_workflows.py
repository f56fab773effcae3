"""Tollway's workflows for the contest: one for each cap, from one contract."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bench.overspend.cells import Cell
from bench.overspend.judging import cap_usd_micros
from bench.overspend.provider.tariff import DEAR, MAX_OUTPUT_TOKENS, UNPRICED

TEMPLATE = Path(__file__).parents[1] / "workflow"
IMPATIENT_MS = 1_000
"""How long a pool waits for an answer where clients leave; the slow answers take longer."""

States = dict[str, dict[str, Any]]


def _impatient(states: States) -> States:
    return {**states, "plan": {**states["plan"], "act_limit_ms": IMPATIENT_MS}}


def _with_dearer(states: States) -> States:
    """The planning model fails once, and the answer is asked of a dearer one."""
    dearer = {"calls": 1, "model": DEAR, "prompt": "answer", "max_output_tokens": MAX_OUTPUT_TOKENS}
    plan = {**states["plan"], "attempts": 1}
    return {**states, "plan": plan, "finalize": {**dearer, "max_prompt_bytes": 1}}


def _unpriced(states: States) -> States:
    return {**states, "plan": {**states["plan"], "model": UNPRICED}}


VARIANTS: Mapping[str, Callable[[States], States]] = {
    "disconnect": _impatient,
    "fallback": _with_dearer,
    "unpriced": _unpriced,
}
"""What a fault changes in the contract."""


def name_of(cell: Cell) -> str:
    """The workflow of a cell."""
    variant = f"_{cell.fault}" if cell.fault in VARIANTS else ""
    return f"overspend_{cell.cap_calls}{variant}"


def write(workflows_dir: Path, cells: Iterable[Cell]) -> None:
    """Write the workflows of these cells."""
    for cell in cells:
        folder = workflows_dir / name_of(cell)
        shutil.copytree(TEMPLATE / "prompts", folder / "prompts", dirs_exist_ok=True)
        contract = yaml.safe_load((TEMPLATE / "contract.yaml").read_text("utf-8"))
        text = yaml.safe_dump({**contract, **_changes(cell, contract["states"])})
        (folder / "contract.yaml").write_text(text, "utf-8")


def _changes(cell: Cell, states: States) -> dict[str, Any]:
    cap = {"scope": "workspace", "window": "day", "usd_micros": cap_usd_micros(cell)}
    vary = VARIANTS.get(cell.fault)
    varied = states if vary is None else vary(states)
    return {"workflow": name_of(cell), "caps": [cap], "states": varied}
