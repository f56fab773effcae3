"""The retrieval pool: reads for a workflow, through the retriever in its folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.calltypes import ContractCallType
from agents.pools.acting import Done
from agents.pools.context import context_of
from agents.pools.threads import Threads
from agents.retrievers import Retriever

if TYPE_CHECKING:
    from schemas.records import Call, RetrievalRequest


@dataclass(frozen=True, slots=True)
class RetrievalPool:
    """Performs retrieval calls. One costs what was reserved: its price when it was decided on."""

    retrievers: Mapping[str, Retriever]
    call_type: ContractCallType
    threads: Threads = field(default_factory=Threads)

    def wire_type(self, call: Call) -> ContractCallType | None:
        """The contract of retrieval, for workflows that have a retriever."""
        return self.call_type if call["workflow"] in self.retrievers else None

    async def act(self, call: Call, request: RetrievalRequest) -> Done:
        """Read for the customer of the run, and for nobody else."""
        if request["user_id"] != call["user_id"]:
            raise PermissionError("a retrieval may only read the run's own customer")
        retrieve = self.retrievers[call["workflow"]].retrieve
        documents = await self.threads.run(retrieve, call["name"], request, context_of(call))
        return Done({"documents": list(documents)}, None, call["name"])
