"""A workflow that reads 20 MiB and whose tool gives back 5 MiB, where a request asks for that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from schemas.codec import Codec
from streams.core.hashing import content_hash
from streams.settings import Settings

if TYPE_CHECKING:
    from schemas.records import IntakeEvent

MIB = 1024 * 1024
DOCUMENTS, DOCUMENT_BYTES, PAGE_BYTES = 5, 4 * MIB, 5 * MIB
NAME, USER = "large", "ann"
CONTRACT = """\
workflow: large
version: 1
max_run_usd_micros: 1000000
objectives: {latency_p95_ms: 60000}
forbidden: []
success: [all_steps_done]
prices_usd_micros: {library: 50, page: 20}
states:
  retrieval: {calls: 1, attempts: 3, retry_delay_ms: 0, retrievers: [library]}
  plan: {calls: 1, model: gpt-4.1-mini, prompt: plan}
  execute: {calls: 2, tools: [page]}
  verify: {checks: [all_steps_done]}
  finalize: {calls: 1, model: gpt-4.1-mini, prompt: plan}
"""
RETRIEVAL = """\
from tests.integration.payloads.large import documents


class Library:
    def retrieve(self, name, request, context):
        return documents(request["query"])

    def close(self):
        pass


def open_retriever(settings):
    return Library()
"""
TOOLBOX = """\
from tests.builders import Note
from tests.integration.payloads.large import page


class Pages:
    def perform(self, tool, arguments, context):
        return Note(text=page(arguments.text))

    def close(self):
        pass


def open_toolbox(settings):
    return Pages()
"""


def is_large(request: str) -> bool:
    """Whether what this request reads is too large for a record."""
    return not request.startswith("small")


def documents(request: str) -> list[Any]:
    """What the library holds on a request, the same each time."""
    size = DOCUMENT_BYTES if is_large(request) else 100
    return [
        {"id": f"book:{number}", "kind": "policy", "content": text(request, number, size)}
        | {"score": 1.0}
        for number in range(DOCUMENTS)
    ]


def page(request: str) -> str:
    """What the tool gives back."""
    return text(request, 99, PAGE_BYTES if is_large(request) else 100)


def text(request: str, number: int, size: int) -> str:
    """So many bytes that tell requests and numbers apart."""
    return f"{request} {number}: ".ljust(size, "x")


def payload(request: str) -> bytes:
    """What the library's answer to a request is on the wire."""
    return Codec().encode_bare("retrieval_result", {"documents": documents(request)})


def payload_hash(request: str) -> str:
    """Its name in the payload store."""
    return content_hash(payload(request))


def deploy(settings: Settings, folder: Path, *requests: str) -> Settings:
    """The settings of a deployment of this workflow alone, whose model knows the requests."""
    flow = folder / f"flows_{uuid4().hex}" / NAME  # imported once, so told apart
    (flow / "prompts").mkdir(parents=True)
    (flow / "prompts" / "plan.md").write_text("Plan.")
    (flow / "contract.yaml").write_text(CONTRACT)
    (flow / "retrievers.py").write_text('RETRIEVERS = {"library": "Books."}\n')
    (flow / "retrieval.py").write_text(RETRIEVAL)
    (flow / "tools.py").write_text("from tests.builders import tool\nTOOLS = (tool('page'),)\n")
    (flow / "toolbox.py").write_text(TOOLBOX)
    rows = [_row(request) for request in requests]
    (folder / "requests.jsonl").write_text("\n".join(map(json.dumps, rows)))
    changes = {
        "workflows_dir": flow.parent,
        "recordings": folder / "requests.jsonl",
        "data_dir": folder,
        "driver": "aiokafka",
    }
    return settings.model_copy(update=changes)


def event(request: str) -> IntakeEvent:
    """The event that asks."""
    return {
        "event_id": request,
        "workspace": "acme",
        "user_id": USER,
        "workflow": NAME,
        "intent": None,
        "customer_tier": "standard",
        "region": "eu",
        "occurred_at_ms": 1_767_614_400_000,
        "request": request,
    }


def _row(request: str) -> dict[str, Any]:
    step = {"tool": "page", "arguments": {"text": request}}
    return {"user_id": USER, "request": request, "steps": [step]}
