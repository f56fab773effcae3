"""A sound contract in a file, to be broken in one place at a time."""

from __future__ import annotations

from pathlib import Path

from agents.contracts.checking import Checked, check
from agents.contracts.findings import Finding
from agents.contracts.names import Surroundings
from streams.core.approvals.people import Approvers
from tests.builders import MODEL, PRICES

SOUND = f"""\
workflow: refunds
version: 1
max_run_usd_micros: 900000
objectives:
  latency_p95_ms: 1000
forbidden: [burn]
success: [all_steps_done]
caps:
  - {{scope: user, window: day, usd_micros: 2000000}}
prices_usd_micros: {{shelf: 50, look: 20, send: 300, burn: 1}}
states:
  retrieval:
    calls: 1
    retrievers: [shelf]
  plan:
    visits: 2
    calls: 1
    model: {MODEL}
    prompt: plan
  execute:
    visits: 2
    calls: 3
    tools:
      - look
      - send
  verify:
    checks: [all_steps_done]
"""
"""Every line number that a test expects is of this text."""
APPROVERS = Approvers.model_validate_json(
    b"""{"people": [{"id": "lea", "roles": ["lead"]}, {"id": "fay", "roles": ["finance"]}]}"""
)
AROUND = Surroundings(
    folder="refunds",
    names={
        "tool": frozenset({"look", "send", "burn"}),
        "retriever": frozenset({"shelf"}),
        "model": frozenset({MODEL}),
        "prompt": frozenset({"plan"}),
        "check": frozenset({"all_steps_done", "right_account"}),
        "price function": frozenset({"by_weight"}),
        "state": frozenset({"intake", "retrieval", "plan", "execute", "verify", "finalize", "log"}),
        "role": frozenset(APPROVERS.roles),
    },
    prompts={"plan": "Plan."},
    prices=PRICES,
    counts={"shelf": frozenset({"passages"})},
    approvers=APPROVERS,
    arguments={"send": frozenset({"text", "amount_usd_cents"})},
)


def edited(*edits: tuple[str, str]) -> str:
    """The sound contract with some of its text replaced."""
    text = SOUND
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def checked(folder: Path, text: str) -> Checked:
    """What a check finds in a contract of this text."""
    file = folder / "contract.yaml"
    file.write_text(text, "utf-8")
    return check(file, AROUND)


def only(found: Checked) -> Finding:
    """The one finding."""
    assert len(found.findings) == 1, "\n".join(map(str, found.findings))
    return found.findings[0]
