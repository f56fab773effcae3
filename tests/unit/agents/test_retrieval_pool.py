"""The retrieval pool reads for the customer of the run, and for nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agents.calltypes import retrieval_call_type
from agents.pools.acting import Performer
from agents.pools.retrieval import RetrievalPool
from agents.tools.spec import CallContext
from tests.builders import CODEC, NAME, NOON_MS, document
from tests.unit.core.journey import Journey

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, Document, RetrievalRequest

WIRE = retrieval_call_type(CODEC)


class Shelf:
    """A retriever that remembers for whom it read."""

    def __init__(self) -> None:
        self.read_for: list[tuple[str, str]] = []

    def retrieve(
        self, name: str, request: RetrievalRequest, context: CallContext
    ) -> Sequence[Document]:
        self.read_for.append((name, request["user_id"]))
        assert context.user_id == request["user_id"]
        found: Document = document()  # type: ignore[assignment]
        return [found]

    def close(self) -> None:
        """Nothing to let go of."""


def retrieval_call(**changes: Any) -> Call:
    journey = Journey()
    journey.start()
    return {**journey.calls[0], **changes}  # type: ignore[typeddict-item]  # fields by name


async def perform(call: Call, shelf: Shelf) -> CallResult:
    pool = RetrievalPool({NAME: shelf}, WIRE)
    return await Performer(pool.wire_type, pool.act, lambda *_: 0, lambda: NOON_MS, "p").perform(
        call
    )


async def test_documents_come_back_at_the_price_at_which_they_were_asked_for() -> None:
    shelf = Shelf()
    answer = await perform(retrieval_call(reserved_usd_micros=49), shelf)
    assert shelf.read_for == [("shelf", "ann")]
    assert (answer["status"], answer["cost_usd_micros"]) == ("done", 49)
    assert WIRE.decode_result(answer["result_schema"], answer["result"]) == {
        "documents": [document()]
    }


async def test_another_customer_is_not_read_for() -> None:
    shelf = Shelf()
    request = {"user_id": "bob", "query": "", "passages": 1}
    answer = await perform(retrieval_call(arguments=WIRE.encode_arguments(request)), shelf)
    assert answer["status"] == "failed"
    assert "only read the run's own customer" in answer["error"]
    assert shelf.read_for == []


async def test_a_workflow_without_a_retriever_is_not_read_for() -> None:
    answer = await perform(retrieval_call(workflow="huge"), Shelf())
    assert answer["status"] == "rejected"
