"""A workflow that refunds money, as a folder: below 45.00 USD by itself, from 45.00 on it asks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import orjson

from streams.settings import Settings

if TYPE_CHECKING:
    from schemas.records import IntakeEvent

CONTRACT = """\
workflow: refunds
version: 1
max_run_usd_micros: 100000
objectives: {{latency_p95_ms: 60000}}
forbidden: []
success: [all_steps_done, something_was_done]
prices_usd_micros: {{refund: 200}}
approvals:
  - name: refund_from_45_usd
    tools: [refund]
    about: money_movement
    when: {{field: amount_usd_cents, at_least: 4500}}
    role: support_lead
    people: {people}
    expires_s: {expires_s}
flow:
  tools: {{refund: {{content: [order_id, amount_usd_cents], unprompted: true}}}}
states:
  plan: {{calls: 1, model: gpt-4.1-mini, prompt: plan, max_output_tokens: 500}}
  execute: {{calls: 3, tools: [refund]}}
  verify: {{checks: [all_steps_done, something_was_done]}}
"""
PEOPLE = """\
people:
  - {id: lea, roles: [support_lead]}
  - {id: leo, roles: [support_lead]}
  - {id: fay, roles: [finance]}
"""
TOOLS = '''\
from agents.tools.spec import ToolSpec
from schemas.strict import StrictModel


class Refund(StrictModel):
    """Arguments and result."""

    order_id: str
    amount_usd_cents: int


TOOLS = (ToolSpec("refund", "Pays back.", Refund, Refund, "write", idempotent=False),)
'''
TOOLBOX = """\
from pathlib import Path


class Till:
    def perform(self, tool, arguments, context):
        with Path({paid!r}).open("a") as paid:
            paid.write(f"{{arguments.amount_usd_cents}}\\n")
        return arguments

    def close(self):
        pass


def open_toolbox(settings):
    return Till()
"""


def refund_settings(
    settings: Settings, home: Path, *, expires_s: int = 3_600, people: int = 1
) -> Settings:
    """The settings with this workflow alone, and a model that refunds what a request says."""
    folder = home / f"flows_{uuid4().hex}" / "refunds"  # imported once, so told apart
    (folder / "prompts").mkdir(parents=True)
    (folder / "contract.yaml").write_text(CONTRACT.format(expires_s=expires_s, people=people))
    (folder / "approvers.yaml").write_text(PEOPLE)
    (folder / "prompts" / "plan.md").write_text("Refund what is asked for.")
    (folder / "tools.py").write_text(TOOLS)
    (folder / "toolbox.py").write_text(TOOLBOX.format(paid=str(home / "paid")))
    recordings = home / "recordings.jsonl"
    recordings.write_bytes(b"\n".join(_recording(cents) for cents in (100, 4_499, 4_500, 9_000)))
    changes = {"workflows_dir": folder.parent, "recordings": recordings}
    return settings.model_copy(update=changes)


def paid(home: Path) -> list[int]:
    """What was paid back, in cents, in order."""
    file = home / "paid"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def wants(cents: int, number: int = 1) -> IntakeEvent:
    """A customer wants so much back."""
    return {
        "event_id": f"e-{cents}-{number}",
        "workspace": "acme",
        "user_id": "ann",
        "workflow": "refunds",
        "intent": None,
        "customer_tier": "standard",
        "region": "eu",
        "occurred_at_ms": 1,
        "request": request(cents),
    }


def request(cents: int) -> str:
    """In the customer's words."""
    return f"Pay back {cents} cents."


def _recording(cents: int) -> bytes:
    step = {"tool": "refund", "arguments": {"order_id": "#W1", "amount_usd_cents": cents}}
    return orjson.dumps({"user_id": "ann", "request": request(cents), "steps": [step]})
