"""A workflow's folder on disk, with a parent of its own, so that imports do not meet."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from agents.workflows import WorkflowFolder

CONTRACT = """\
workflow: refunds
version: 1
max_run_usd_micros: 200000
objectives: {latency_p95_ms: 1000}
forbidden: []
success: [all_steps_done]
prices_usd_micros: {shelf: 50, look: 20}
states:
  retrieval: {calls: 1, retrievers: [shelf]}
  plan: {calls: 1, model: gpt-4.1-mini, prompt: plan}
  execute: {calls: 1, tools: [look]}
  verify: {checks: [all_steps_done, extra]}
"""
TOOLS = "from tests.builders import tool\nTOOLS = (tool('look'),)\n"
RETRIEVERS = "RETRIEVERS = {'shelf': 'Everything.'}\n"
CHECKS = "CHECKS = {'extra': lambda view: {'name': 'extra', 'passed': True, 'detail': ''}}\n"


def make(tmp_path: Path, name: str = "refunds", **files: str) -> WorkflowFolder:
    """A sound folder; `files` replaces files by name without ending, "" leaves one out."""
    parent = next(tmp_path.glob("flows_*"), tmp_path / f"flows_{uuid4().hex}")
    path = parent / name
    (path / "prompts").mkdir(parents=True)
    (path / "prompts" / "plan.md").write_text("Plan.")
    found = {
        "contract.yaml": files.get("contract", CONTRACT.replace("refunds", name)),
        "tools.py": files.get("tools", TOOLS),
        "retrievers.py": files.get("retrievers", RETRIEVERS),
        "checks.py": files.get("checks", CHECKS),
    }
    for file, text in found.items():
        if text:
            (path / file).write_text(text)
    return WorkflowFolder(path)
