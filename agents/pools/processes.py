"""Acts that are priced by the second: each in a process of its own, which ends with the act.

A thread cannot be stopped; a process is killed at the call's limit, so that nothing is computed
that nobody has reserved for. It opens the toolbox of the workflow's folder for itself.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

from agents.contracts.importing import module_of
from agents.pools.threads import Threads
from agents.tools.spec import CallContext
from schemas.errors import NonConforming, RecordError, ToolRefusal
from schemas.strict import StrictModel

SPAWN = get_context("spawn")
"""A fork would share connections and locks with the pool."""


@dataclass(frozen=True, slots=True)
class Killable:
    """The toolbox of one folder, opened anew for every act."""

    folder: Path
    settings: Mapping[str, str]

    async def perform(
        self, threads: Threads, tool: str, arguments: StrictModel, context: CallContext
    ) -> Any:
        """Act once; killed when this is cancelled. Raises what the toolbox raises."""
        ours, theirs = SPAWN.Pipe(duplex=False)
        # Its class may be of the folder, which the process can import only once it has begun.
        packed = pickle.dumps(arguments)
        act = SPAWN.Process(target=_act, args=(theirs, self, tool, packed, context), daemon=True)
        act.start()
        theirs.close()
        try:
            return _unpacked(await threads.run(ours.recv))
        except EOFError as error:
            raise RuntimeError(f"the process of {tool} ended without an answer") from error
        finally:
            act.kill()


def _act(answer: Connection, toolbox: Killable, tool: str, packed: bytes, of: CallContext) -> None:
    Thread(target=_end_with_the_pool, daemon=True).start()
    try:
        opened = module_of(toolbox.folder, "toolbox").open_toolbox(dict(toolbox.settings))
        answer.send(("done", opened.perform(tool, pickle.loads(packed), of)))  # noqa: S301  our own
    except Exception as error:  # noqa: BLE001  raised again in the pool
        answer.send(_packed(error))


def _end_with_the_pool() -> None:
    pool = parent_process()
    if pool is not None:
        pool.join()
    os._exit(1)


def _packed(error: Exception) -> tuple[str, Any]:
    """An error as plain text: not every kind can be sent."""
    if isinstance(error, ToolRefusal):
        return "refused", str(error)
    if isinstance(error, RecordError):
        return "rejected", (error.field, error.reason)
    return "failed", f"{type(error).__name__}: {error}"


def _unpacked(answer: tuple[str, Any]) -> Any:
    how, what = answer
    if how == "refused":
        raise ToolRefusal(what)
    if how == "rejected":
        raise NonConforming(*what)
    if how == "failed":
        raise RuntimeError(what)
    return what
