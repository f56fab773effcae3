"""The tool pool: acts on the world through the toolbox of the call's workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from agents.calltypes import ToolCallType
from agents.pools.acting import Done
from agents.pools.context import context_of
from agents.pools.processes import Killable
from agents.pools.threads import Threads
from agents.tools.spec import Reconciled, Reconciler, Toolbox
from schemas.strict import StrictModel
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import Call


@dataclass(frozen=True, slots=True)
class ToolPool:
    """Performs tool calls. One costs what was reserved: its price when it was decided on."""

    toolboxes: Mapping[str, Toolbox]
    workflows: Mapping[str, Workflow]
    threads: Threads = field(default_factory=Threads)
    killable: Mapping[str, Killable] = field(default_factory=dict)

    def wire_type(self, call: Call) -> ToolCallType | None:
        """The tool's own contract."""
        workflow = self.workflows.get(call["workflow"])
        known = workflow.call_types.get(("tool", call["name"])) if workflow else None
        return cast("ToolCallType | None", known)

    async def act(self, call: Call, arguments: StrictModel) -> Done:
        """Act once, in a thread: toolboxes are synchronous. By the second: in a process."""
        return Done(await self._performed(call, arguments), None, call["workflow"])

    async def _performed(self, call: Call, arguments: StrictModel) -> StrictModel:
        asked = (call["name"], arguments, context_of(call))
        if "second" in call["rates"] and call["workflow"] in self.killable:
            process = self.killable[call["workflow"]]
            return cast("StrictModel", await process.perform(self.threads, *asked))
        return await self.threads.run(self.toolboxes[call["workflow"]].perform, *asked)

    async def reconcile(self, call: Call) -> Reconciled:
        """What the toolbox knows of a call in doubt, if it can be asked."""
        toolbox = self.toolboxes.get(call["workflow"])
        if not isinstance(toolbox, Reconciler):
            return None
        return await self.threads.run(toolbox.reconcile, call["name"], context_of(call))
