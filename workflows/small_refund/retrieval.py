"""What the workflow reads: what a run has paid back, for verification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import orjson

from agents.tools.spec import CallContext
from workflows.small_refund.till import Till, open_till

if TYPE_CHECKING:
    from schemas.records import Document, RetrievalRequest


class RefundRetriever:
    """Reads the till."""

    def __init__(self, till: Till) -> None:
        self._till = till

    def retrieve(
        self,
        name: str,  # noqa: ARG002  there is one
        request: RetrievalRequest,  # noqa: ARG002  the run is in the context
        context: CallContext,
    ) -> Sequence[Document]:
        """The run's refunds, as one document."""
        content = orjson.dumps({"refunds": self._till.of_run(context.run_id)}).decode()
        return [{"id": "refunds", "kind": "write", "content": content, "score": 0.0}]

    def close(self) -> None:
        """Let go of the database."""
        self._till.close()


def open_retriever(settings: Mapping[str, str]) -> RefundRetriever:
    """The retriever on the store at `settings["store_url"]`. Raises SettingError."""
    return RefundRetriever(open_till(settings))
