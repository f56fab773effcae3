"""What lies outside: models, retrievers and tools, slow and failing, with their own meter.

A request that was sent is served when the world says, whether or not the pool that sent it still
waits or lives; it may also be lost. Nobody bills more than the call's limit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import orjson

from agents.models.interface import ModelUnavailable
from agents.pools.acting import Done
from agents.tools.spec import Happened, NeverHappened, Reconciled
from schemas.errors import ToolRefusal
from simulation.workflow import FORBIDDEN, MODEL, Note

if TYPE_CHECKING:
    from schemas.records import Call

BROKEN_TEXTS, COMPLETE_PLANS = 0.05, 0.8
"""Of a model's answers, how many are cut off; and how many plans say that nothing is missing."""
WANTED = {"look": 4, "stamp": 4, "send": 4, "pay": 4, FORBIDDEN: 1}
"""How often a plan has a step of each tool."""
FORGETFUL = 0.3
"""How often a tool does not know whether a call has happened."""
ENDINGS = {"done": 80, "refused": 4, "failed": 8, "nonsense": 4, "unavailable": 4}
"""How a request ends, and how often. Unavailable is found out before anything is done."""


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A request on its way to whoever serves it, and where its answer is awaited."""

    call: Call
    arguments: Any
    answer: asyncio.Future[Done]


@dataclass
class Outside:
    """Serves requests. `on_act` hears of every act with what was billed for it, in micro-USD."""

    random: Random
    on_act: Callable[[Call, int], None]
    requests: list[Request] = field(default_factory=list)
    _happened: set[str] = field(default_factory=set)
    _ruled_out: set[str] = field(default_factory=set)

    def ask(self, call: Call, arguments: Any) -> asyncio.Future[Done]:
        """Send a request; the future is its answer."""
        answer: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self.requests.append(Request(call, arguments, answer))
        return answer

    def serve(self, request: Request) -> None:
        """Act, bill, and answer whoever still waits."""
        self.requests.remove(request)
        call_id = request.call["call_id"]
        if call_id in self._ruled_out:
            return
        (ending,) = self.random.choices(list(ENDINGS), list(ENDINGS.values()))
        cost = 0
        if ending != "unavailable":
            cost = self._cost(request.call)
            self._happened.add(call_id)
            self.on_act(request.call, cost)
        if request.answer.done():
            return
        error = _error(request.call, ending)
        if error is not None:
            request.answer.set_exception(error)
        else:
            result = None if ending == "nonsense" else self._result(request)
            request.answer.set_result(Done(result, cost, "outside", 5, 5))

    def reconcile(self, call: Call) -> Reconciled:
        """Whether a tool call has happened; one that has not is ruled out from then on."""
        if call["kind"] != "tool" or self.random.random() < FORGETFUL:
            return None
        return Happened(Note(text="seen")) if self.look_up(call["call_id"]) else NeverHappened()

    def look_up(self, call_id: str) -> bool:
        """Whether a call has happened; one that has not is ruled out from then on."""
        if call_id not in self._happened:
            self._ruled_out.add(call_id)
        return call_id in self._happened

    def lose(self, request: Request) -> None:
        """It never gets there, and nobody says so."""
        self.requests.remove(request)

    def _cost(self, call: Call) -> int:
        limit = call["reserved_usd_micros"]
        return self.random.choice([limit, self.random.randint(0, limit)])

    def _result(self, request: Request) -> Any:
        if request.call["kind"] == "retrieval":
            content = f"Be kind to {request.call['run_id']}."
            found = {"id": "policy:1", "kind": "policy", "content": content, "score": 1.0}
            return {"documents": [found]}
        if request.call["kind"] == "tool":
            return Note(text="seen")
        return self._model_answer(request.arguments["answer_schema"])

    def _model_answer(self, schema: str) -> dict[str, Any]:
        text = orjson.dumps(self._plan() if schema == "plan" else _REPLY).decode()
        if self.random.random() < BROKEN_TEXTS:
            text = text[:-1]
        return {"answer_json": text, "model": MODEL, "input_tokens": 5, "output_tokens": 5}

    def _plan(self) -> dict[str, Any]:
        tools = self.random.choices(list(WANTED), list(WANTED.values()), k=2)
        texts = self.random.choices(["small", "large"], [3, 1], k=2)
        steps = [
            {"tool": name, "arguments": {"text": text}}
            for name, text in zip(tools, texts, strict=True)
        ]
        return {"steps": steps, "complete": self.random.random() < COMPLETE_PLANS}


_REPLY = {"answer": "It is done.", "citations": []}


def _error(call: Call, ending: str) -> Exception | None:
    if ending == "unavailable":
        return ModelUnavailable("not to be reached")
    if ending == "refused" and call["kind"] == "tool":
        return ToolRefusal("not for you")
    return ConnectionError("cut off in the middle") if ending in {"failed", "refused"} else None
