"""A decision published as any approver would, and what became of it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from schemas.codec import Codec
from schemas.decisions import conforming_decision
from schemas.errors import NonConforming, SettingError
from streams.adapters.clients import new_producer
from streams.core.approvals.questions import QUESTIONS
from streams.sources.record import RecordSource
from tollway.approvals.reading import news

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.records import Approval, ApprovalDecision, ApprovalQuestion, ApprovalVerdict
    from streams.settings import Settings
    from tollway.approvals.reading import Known

DECISIONS = "approvals.decisions"
LOOK_AGAIN_S = 0.2


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says, who it is, in which roles, and why."""

    verdict: ApprovalVerdict
    approver: str
    reason: str
    roles: Sequence[str] = ()


def decision_on(question: ApprovalQuestion, said: Said) -> ApprovalDecision:
    """The decision, bound to the question as it was read. Raises SettingError for odd texts."""
    now_ms = time.time_ns() // 1_000_000
    record = {
        "decision_id": uuid4().hex,
        "approval_id": question["approval_id"],
        "workspace": question["workspace"],
        "run_id": question["run_id"],
        "arguments_hash": question["arguments_hash"],
        "contract": question["contract"],
        "verdict": said.verdict,
        "approver": said.approver,
        "roles": list(said.roles),
        "reason": said.reason,
        "decided_at_ms": now_ms,
        "received_at_ms": 0,
    }
    try:
        return conforming_decision(record, 0)
    except NonConforming as error:
        raise SettingError(f"the decision cannot be published: {error}") from error


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one approver sits: reads questions, publishes decisions."""

    settings: Settings
    codec: Codec
    source: RecordSource

    async def publish(self, decision: ApprovalDecision) -> None:
        """Put a decision on the public topic."""
        topic = self.settings.topic_prefix + DECISIONS
        value, key = self.codec.encode("approval_decision", decision), decision["workspace"]
        async with new_producer(self.settings, "tollway-approvals") as producer:
            await producer.send_and_wait(topic, value, key=key.encode())

    async def decide(self, held: Known, said: Said, wait_s: float) -> Approval | None:
        """Publish, and say what became of it; None when nothing did in `wait_s` seconds."""
        decision = decision_on(held.question, said)
        seen = (await self.source.held(QUESTIONS, held.partition)).end
        await self.publish(decision)
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline:
            async for record in news(self.source, self.codec, held.partition, seen):
                if record["decision_id"] == decision["decision_id"]:
                    return record
            await asyncio.sleep(LOOK_AGAIN_S)
        return None
