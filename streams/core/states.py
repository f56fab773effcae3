"""What a state module is: two pure functions over a run.

`proceed` says what to do next, a call or a transition, from the run alone, so asking twice
gives the same call. `absorb` takes the answer of that call into the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from schemas.errors import EvidenceCut
from streams.core.flow.provenance import UNKNOWN, Provenance
from streams.core.ladder.applied import policy_of, skipped, taken_rungs
from streams.core.state_policy import StatePolicy
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import CallKind, CallStatus, RunState


@dataclass(frozen=True, slots=True)
class View:
    """A run as a state sees it. `excerpt` gives what is kept of evidence, by content hash.

    That is all of a small piece and the beginning of a large one, which is enough for a prompt.
    """

    run: RunState
    workflow: Workflow
    excerpt: Callable[[str], bytes]

    def evidence(self, content_hash: str) -> bytes:
        """Evidence whole. Raises EvidenceCut when only its beginning is kept."""
        content = self.excerpt(content_hash)
        for piece in self.run["evidence"]:
            if piece["content_hash"] == content_hash and piece["size_bytes"] > len(content):
                raise EvidenceCut(
                    f"{piece['id']} has {piece['size_bytes']} bytes and only the first "
                    f"{len(content)} are kept: it is too large to be checked"
                )
        return content

    def policy(self, state: str) -> StatePolicy:
        """The contract's policy for `state`, as the rungs that the run has taken leave it."""
        return policy_of(self.workflow.contract, state, self.run["rungs"], self.run["path"])

    def piece_bytes(self, state: str, pieces: int) -> int | None:
        """How much of each piece of evidence a model is shown in `state`; None for all of it."""
        policy, taken = self.workflow.contract, self.run["rungs"]
        if not any(r.rung == "summarized_context" for r in taken_rungs(policy, state, taken)):
            return None
        return self.policy(state).max_prompt_bytes // max(1, pieces)

    def skipped(self, state: str) -> tuple[str, ...]:
        """Tools whose steps the run leaves out in `state`."""
        return skipped(self.workflow.contract, state, self.run["rungs"])


@dataclass(frozen=True, slots=True)
class Ask:
    """A call that the state wants; the gate decides. `why` and `ids` go on the audit record.

    `provenance` says where its arguments come from, for the gate to judge.
    """

    kind: CallKind
    name: str
    arguments: Any
    why: str
    ids: tuple[str, ...] = ()
    provenance: Provenance = UNKNOWN


@dataclass(frozen=True, slots=True)
class Move:
    """A transition of the state's row in the graph, with the run as it goes on, and why."""

    transition: str
    run: RunState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call ended. `result` is the typed result when `status` is done.

    It is None when only a person's word says that the call was done.
    `payload_hash` names it in the payload store, when it was too large for a record.
    """

    call_id: str
    status: CallStatus
    result: Any = None
    error: str = ""
    payload_hash: str = ""


@dataclass(frozen=True, slots=True)
class Absorbed:
    """The run with an answer taken in, and evidence to keep by content hash."""

    run: RunState
    evidence: Mapping[str, bytes] = field(default_factory=dict)


class State(Protocol):
    """One node of the graph."""

    @property
    def name(self) -> str:
        """Its name in the graph."""

    def proceed(self, view: View) -> Ask | Move:
        """What to do next."""

    def absorb(self, view: View, answer: Answer) -> Absorbed:
        """Take in the answer to the call that `proceed` asked for."""
