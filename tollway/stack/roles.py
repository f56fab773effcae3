"""The roles of a stack as data: what each process is called and how it is started."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of process, and how many of it a stack starts."""

    name: str
    command: tuple[str, ...]
    count: int = 1
    follows: bool = False
    """It reads what others write, and is stopped after them."""


def roles(export: str | None = None, workers: int = 1, tool_pools: int = 1) -> Sequence[Role]:
    """The roles of a stack; `export` names a folder to copy all topics to as they fill."""
    started = [
        Role("gateway", ("gateway",)),
        Role("worker", ("worker",), workers),
        Role("pool-model", ("pool", "model")),
        Role("pool-retrieval", ("pool", "retrieval")),
        Role("pool-tool", ("pool", "tool"), tool_pools),
        Role("sink-warehouse", ("sink", "warehouse"), follows=True),
    ]
    if export is not None:
        started.append(Role("export", ("export", export, "--follow"), follows=True))
    return started
