"""The Avro contracts as Python types: one TypedDict a record, field by field as in `avro/`.

Meanings and units stand in the `.avsc` files; a test holds the two together.
"""

from schemas.records.calls import (Approval, ApprovalDecision, Call, CallKind, CallResult, CallStatus, Document, ModelAnswer, ModelRequest, RetrievalRequest, RetrievalResult)
from schemas.records.ledger import (Access, Change, DeadLetter, Decision, Emit, Header, LedgerBlock, Mark, Place, Snapshot, SnapshotPart, Spend, SpendEntry, TableEntry)
from schemas.records.runs import (Check, Evidence, FinalOutcome, IntakeEvent, Outcome, OutcomeKind, PlanStep, RunState, StepStatus, Versions)
from schemas.records.tables import (BudgetEntry, ClaimEntry, PendingCall, RunEntry, RunPhase)

__all__ = ["Access", "Approval", "ApprovalDecision", "BudgetEntry", "Call", "CallKind", "CallResult", "CallStatus", "Change", "Check", "ClaimEntry", "DeadLetter", "Decision", "Document", "Emit", "Evidence", "FinalOutcome", "Header", "IntakeEvent", "LedgerBlock", "Mark", "ModelAnswer", "ModelRequest", "Outcome", "OutcomeKind", "PendingCall", "Place", "PlanStep", "RetrievalRequest", "RetrievalResult", "RunEntry", "RunPhase", "RunState", "Snapshot", "SnapshotPart", "Spend", "SpendEntry", "StepStatus", "TableEntry", "Versions"]
