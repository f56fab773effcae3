"""A command of an operator, decided in its workspace: who, what and why stand on the ledger.

Who may not give it is refused, and what needs a second person waits; both are recorded. A command
for all workspaces is decided in every partition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.control import kind_of
from streams.core import runs
from streams.core.control import caps, corrections, levers, proposals, switches
from streams.core.control.cancelling import Cancelling
from streams.core.control.operators import ANYBODY, Operators
from streams.core.draft import Draft
from streams.core.slices import giver
from streams.core.slices.caps import NO_SHARED_CAPS, SharedCaps

if TYPE_CHECKING:
    from schemas.records import ControlCommand
    from streams.core.workflow import Workflow

COMMANDS = "control.commands"
CONFIRMATION = "confirmation"

Handler = Callable[[Draft, "ControlCommand", int], None]
HANDLERS: Mapping[str, Handler] = {
    "cap": caps.set_cap,
    "switch": switches.switch,
    "correction": corrections.correct,
    "lever": levers.pull,
}


@dataclass(frozen=True, slots=True)
class Commands:
    """Takes commands in."""

    codec: Codec
    workflows: Mapping[str, Workflow] = field(default_factory=dict)
    operators: Operators = ANYBODY
    shared: SharedCaps = NO_SHARED_CAPS

    def obey(self, draft: Draft, now_ms: int) -> None:
        """The one thing that the command says. Raises NonConforming when it says none or more."""
        command = cast("ControlCommand", self.codec.decode("control_command", draft.source.value))
        draft.workspace = command["workspace"]
        draft.versions = {**runs.NO_VERSIONS, "approvers": self.operators.version}
        if kind_of(command) == CONFIRMATION:
            self._confirm(draft, command, now_ms)
        elif refusal := self.operators.refusal(command["who"], command):
            draft.rule, draft.reason = "control.refused", refusal
        elif within_s := self.operators.second_person_within_s(command):
            proposals.propose(draft, command, within_s, now_ms)
        else:
            self._do(draft, command, now_ms)

    def _confirm(self, draft: Draft, confirming: ControlCommand, now_ms: int) -> None:
        command = proposals.confirmed(draft, confirming, self.operators, now_ms)
        if command is not None:
            self._do(draft, command, now_ms)
            told = f"confirmed by {confirming['who']}: {confirming['why']}"
            draft.reason = f"{draft.reason}; {told}"

    def _do(self, draft: Draft, command: ControlCommand, now_ms: int) -> None:
        kind = kind_of(command)
        handler = HANDLERS.get(kind, Cancelling(self.workflows).cancel)
        handler(draft, command, now_ms)
        if draft.rule == caps.SET:
            self._tell_holders(draft, now_ms)

    def _tell_holders(self, draft: Draft, now_ms: int) -> None:
        """A shared cap counts from now on: there may be more to hand out."""
        cap = next((cap for cap in self.shared.caps if cap.giver == draft.workspace), None)
        if cap is not None:
            giver.cap_was_set(draft, cap, now_ms)
