"""What must have been kept after any trouble, and a load of real requests to find it out with.

Every published event has exactly one outcome, every resolved run has exactly its recorded changes,
chain, claims, money and decisions hold in an audit, and the warehouse equals the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from streams.brokers.broker import Broker
from streams.settings import Settings
from tests.brokers import settings_for
from tests.deployments import CODEC, records, retail_settings
from tests.integration.demo.conftest import tollway
from tests.integration.retail.desk import WORKFLOW, independent_requests
from tollway.demo.requests import Request
from tollway.demo.traffic import collect, publish
from tollway.stack.roles import roles
from tollway.stack.supervisor import Supervisor
from tollway.topics import ensure_all_topics
from workflows.retail_support.demo import changed_by_every_run, fresh_store

if TYPE_CHECKING:
    from schemas.records import Outcome

MOST = 0.9
"""The share of the requests that comes before trouble is over."""
AT_ONCE = 10
"""So many requests are published, then there is a pause."""
Outcomes = Mapping[str, "Outcome"]


class Trouble(Protocol):
    """What goes wrong meanwhile."""

    def allows(self, share: float) -> bool:
        """Whether requests beyond this share of all may be published: not all before it is over."""

    def __call__(self, stack: Supervisor, outcomes: int) -> None:
        """Called with the number of outcomes so far, again and again."""


def deployed_on(broker: Broker, tmp_path: Path, prefix: str = "", **more: object) -> Settings:
    """A deployment with a store of its own."""
    url = f"sqlite:///{tmp_path}/store.db"
    fresh_store(url)
    base = settings_for(broker, prefix, data_dir=tmp_path, **more)
    return retail_settings(base, url, (WORKFLOW / "evals" / "requests.jsonl").resolve())


def survived(
    settings: Settings, log_dir: Path, trouble: Trouble, requests: int, pause_s: float = 0
) -> Outcomes:
    """Run requests through `trouble`, and find that all promises were kept."""
    rows = independent_requests()[:requests]
    load = [Request(row["id"], row["user_id"], row["request"]) for row in rows]
    asyncio.run(ensure_all_topics(settings))
    with Supervisor(settings, log_dir) as stack:
        stack.start(roles(workers=2, tool_pools=2))

        asyncio.run(_run(stack, load, trouble, pause_s))
        settings = stack.settings
    recorded = {request.run_id: row["changed"] for request, row in zip(load, rows, strict=True)}
    return assert_kept(settings, recorded)


def assert_kept(settings: Settings, recorded: Mapping[str, object]) -> Outcomes:
    """Every promise, for the runs of which the changes are `recorded`; returns their outcomes."""
    outcomes = asyncio.run(only_outcomes(settings))
    assert outcomes.keys() == recorded.keys()
    changed = changed_by_every_run(settings.store_url or "")
    for run_id, outcome in outcomes.items():
        if outcome["outcome"] == "resolved":
            assert changed[run_id] == recorded[run_id], outcome["event_id"]
        else:
            assert outcome["error"], outcome["event_id"]
    resolved = sum(outcome["outcome"] == "resolved" for outcome in outcomes.values())
    assert resolved > len(recorded) * 0.8
    assert_holds(settings)
    return outcomes


def assert_holds(settings: Settings) -> None:
    """The audit finds nothing, with every block decided again, and the warehouse is equal."""
    given = settings.model_dump(mode="json", exclude_defaults=True, exclude={"metrics_port"})
    variables = {name: str(value) for name, value in given.items()}
    tollway("audit", "verify", "--redecide", **variables)
    tollway("sink", "warehouse", "--once", **variables)
    tollway("audit", "warehouse", **variables)


async def only_outcomes(settings: Settings) -> Outcomes:
    """The outcome of every run; a run that has two different ones fails the test."""
    found: dict[str, Outcome] = {}
    for value in await records(settings, "outcomes"):
        outcome = cast("Outcome", CODEC.decode("outcome", value))
        known = found.setdefault(outcome["run_id"], outcome)
        assert known == outcome, "a run has two outcomes"
    return found


async def _run(stack: Supervisor, load: list[Request], trouble: Trouble, pause_s: float) -> None:
    def look(outcomes: dict[str, Outcome]) -> None:
        stack.check()
        trouble(stack, len(outcomes))

    trickle = asyncio.create_task(_trickle(stack.settings, load, trouble, pause_s))
    await collect(stack.settings, CODEC, {request.run_id for request in load}, look)
    await trickle


async def _trickle(
    settings: Settings, load: list[Request], trouble: Trouble, pause_s: float
) -> None:
    """Requests over time, so that trouble comes in the middle of them."""
    for at in range(0, len(load), AT_ONCE):
        while not trouble.allows(at / len(load)):  # noqa: ASYNC110  it is no event
            await asyncio.sleep(0.1)
        await publish(settings, CODEC, load[at : at + AT_ONCE])
        await asyncio.sleep(pause_s)
