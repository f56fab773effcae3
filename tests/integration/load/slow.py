"""A workflow with one retriever that takes as long as a request says, and notes what it did."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from streams.settings import Settings

if TYPE_CHECKING:
    from schemas.records import IntakeEvent

CONTRACT = """\
workflow: slow
version: 1
max_run_usd_micros: 100
objectives: {latency_p95_ms: 1000}
forbidden: []
success: [all_steps_done]
prices_usd_micros: {shelf: 50}
states:
  retrieval: {calls: 1, attempts: 1, retrievers: [shelf], timeout_ms: 300000, act_limit_ms: 120000}
  verify: {checks: [all_steps_done]}
"""
RETRIEVER = '''\
import time
from pathlib import Path

FOLDER = Path({folder!r})


def note(what):
    with (FOLDER / "acts").open("a") as acts:
        acts.write(what + "\\n")


def wait_for_ticket():
    """Until the gate is open or a ticket is left: each lets one go."""
    while not (FOLDER / "open").exists():
        for ticket in (FOLDER / "tickets").iterdir():
            try:
                ticket.unlink()
                return
            except FileNotFoundError:
                pass
        time.sleep(0.05)


class Shelf:
    def retrieve(self, name, request, context):
        note("began " + request["query"])
        how_long = request["query"].split()[0]
        if how_long == "gate":
            wait_for_ticket()
        else:
            time.sleep(float(how_long))
        note("ended " + request["query"])
        return [{{"id": "1", "kind": "note", "content": "x", "score": 0.0}}]

    def close(self):
        pass


def open_retriever(settings):
    return Shelf()
'''


@dataclass(frozen=True, slots=True)
class Slow:
    """The folder where acts are noted, gates are opened and tickets are left."""

    folder: Path

    def deploy(self, settings: Settings) -> Settings:
        """The settings of a deployment of this workflow alone."""
        (self.folder / "tickets").mkdir()
        flow = self.folder / f"flows_{uuid4().hex}" / "slow"  # imported once, so told apart
        flow.mkdir(parents=True)
        (flow / "contract.yaml").write_text(CONTRACT)
        (flow / "retrievers.py").write_text('RETRIEVERS = {"shelf": "Something."}\n')
        (flow / "retrieval.py").write_text(RETRIEVER.format(folder=str(self.folder)))
        return settings.model_copy(update={"workflows_dir": flow.parent})

    def open_gate(self) -> None:
        """All go on."""
        (self.folder / "open").touch()

    def leave_tickets(self, count: int) -> None:
        """So many go on."""
        for number in range(count):
            (self.folder / "tickets" / str(number)).touch()

    def acts(self) -> list[str]:
        """What was begun and ended, in that order, with the request."""
        noted = self.folder / "acts"
        return noted.read_text().splitlines() if noted.exists() else []

    def times(self, what: str) -> Counter[str]:
        """How often each request has `began` or `ended`."""
        notes = (act.split(" ", 1) for act in self.acts())
        return Counter(request for done, request in notes if done == what)

    def most_at_once(self) -> int:
        """The largest number of acts that were under way together."""
        at_once = most = 0
        for act in self.acts():
            at_once += 1 if act.startswith("began") else -1
            most = max(most, at_once)
        return most


def event(request: str, workspace: str = "acme") -> IntakeEvent:
    """An event of which the request says how long its call takes: seconds, or the gate."""
    return {
        "event_id": request,
        "workspace": workspace,
        "user_id": "ann",
        "workflow": "slow",
        "intent": None,
        "customer_tier": "standard",
        "region": "eu",
        "occurred_at_ms": 1,
        "request": request,
    }
