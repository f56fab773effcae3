"""All systems under the cap, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from bench.overspend.cells import Plan
from bench.overspend.contesting import Contestant
from bench.overspend.systems.litellm import Litellm
from bench.overspend.systems.process_peers import ProcessPeer, own_python
from bench.overspend.systems.tollway import Tollway
from bench.systems.peer_venv import peer_python, versions

PYDANTIC_AI = Path(__file__).parents[1] / "requirements" / "pydantic_ai.txt"
Make = Callable[[str, Plan, Path], Contestant]
"""From its name, what is tried, and where things are installed."""


def _tollway(workers: int) -> Make:
    return lambda name, plan, _: Tollway(workers, tuple(plan.cells(name)))


def _litellm(*, with_postgres: bool, fail_closed: bool) -> Make:
    return lambda _, __, data_dir: Litellm(data_dir, with_postgres, fail_closed)


def _naive(name: str, _: Plan, __: Path) -> Contestant:
    settings = {
        "check": "spent >= cap, before the call; the cost is added after it",
        "sum": "SQLite, one file",
        "openai": version("openai"),
    }
    no_store = "its sum is a file, and no server holds it"
    return ProcessPeer(name, "bench.overspend.peers.naive", own_python, settings, no_store)


def _pydantic_ai(name: str, _: Plan, data_dir: Path) -> Contestant:
    settings = {
        **versions(PYDANTIC_AI),
        "cap": "UsageLimits(cost_limit=CAP, request_limit=None), one RunUsage for all runs",
        "prices": "those of genai-prices, which are the provider's; unpriced-1 has none",
    }
    return ProcessPeer(
        name,
        "bench.overspend.peers.pydantic_ai_limits",
        lambda: peer_python(data_dir, PYDANTIC_AI),
        settings,
        "its usage is kept in the process, in no store",
    )


SYSTEMS: Mapping[str, Make] = {
    "tollway": _tollway(1),
    "tollway-3": _tollway(3),
    "naive": _naive,
    "pydantic-ai": _pydantic_ai,
    "litellm": _litellm(with_postgres=True, fail_closed=False),
    "litellm-fail-closed": _litellm(with_postgres=True, fail_closed=True),
    "litellm-redis": _litellm(with_postgres=False, fail_closed=False),
    "litellm-redis-fail-closed": _litellm(with_postgres=False, fail_closed=True),
}
"""In the order of the results."""
