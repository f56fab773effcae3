"""What a workflow's retriever is: reads one customer's records and the policy that applies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from agents.tools.spec import CallContext

if TYPE_CHECKING:
    from schemas.records import Document, RetrievalRequest


class Retriever(Protocol):
    """Reads for one workflow. Safe to call from several threads at once."""

    def retrieve(
        self, name: str, request: RetrievalRequest, context: CallContext
    ) -> Sequence[Document]:
        """Documents, the most useful first, and never another customer's."""

    def close(self) -> None:
        """Let go of connections."""
