"""LiteLLM's proxy: two of it, with Redis, with or without PostgreSQL, by default or fail-closed."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.overspend.cells import Cell, Fault
from bench.overspend.contesting import RunCell, Venue
from bench.overspend.judging import Verdict, admissions_ms, cap_usd_micros, judge
from bench.overspend.load import Answer
from bench.overspend.provider.answering import mark
from bench.overspend.provider.tariff import CHEAP, UNPRICED
from bench.overspend.striking import Stroke, all_billed, loaded, prepare
from bench.overspend.systems import litellm_config
from bench.overspend.systems.litellm_proxies import PROXIES, Proxies, proxies
from bench.overspend.systems.process_peers import NOT_APPLICABLE
from bench.servers import postgres, redis
from bench.systems.peer_venv import peer_python, versions
from schemas.errors import SettingError

REQUIREMENTS = Path(__file__).parents[1] / "requirements" / "litellm.txt"
SCHEMA = "lib/python*/site-packages/litellm/proxy/schema.prisma"
AWAY_S = 1.0
"""How long Redis is away when it is restarted."""
NO_ENGINE = (
    "not installed: its database client, Prisma, fetches an engine from its maker when it is "
    "generated, and that cannot be had from here"
)


@dataclass(frozen=True, slots=True)
class Litellm:
    """One configuration. `with_postgres` keeps keys there; else they carry their cap."""

    data_dir: Path
    with_postgres: bool
    fail_closed: bool

    @property
    def name(self) -> str:
        """Its name in the results."""
        store = "litellm" if self.with_postgres else "litellm-redis"
        return f"{store}-fail-closed" if self.fail_closed else store

    @property
    def settings(self) -> Mapping[str, str]:
        """What it is tried with."""
        keys = "virtual keys in PostgreSQL" if self.with_postgres else "custom_auth, no PostgreSQL"
        closed = "true" if self.fail_closed else "false (the default)"
        return {
            "LiteLLM": versions(REQUIREMENTS)["litellm"],
            "proxies": f"{PROXIES}, general_settings.coordination_redis on one Redis",
            "cap": f"max_budget of a key; {keys}",
            "fail_closed_budget_enforcement": closed,
            "prices": "input_cost_per_token and output_cost_per_token of each model but unpriced-1",
        }

    def unavailable(self) -> str | None:
        """Whether proxy and stores can be had."""
        try:
            redis.program()
            python = peer_python(self.data_dir, REQUIREMENTS)
            if self.with_postgres:
                _make_database_client(python)
        except SettingError as error:
            return str(error)
        return None

    def not_applicable(self, fault: Fault) -> str | None:
        """What has no meaning for a proxy."""
        return NOT_APPLICABLE.get(fault)

    @asynccontextmanager
    async def running(self, venue: Venue) -> AsyncIterator[RunCell]:
        """Redis and proxies for all cells."""
        folder = venue.folder / self.name
        folder.mkdir(parents=True)
        program = peer_python(self.data_dir, REQUIREMENTS).with_name("litellm")
        with redis.running() as store, self._database() as database_url:
            backing = litellm_config.Backing(
                venue.provider.base_url, store.port, database_url, self.fail_closed
            )
            config = litellm_config.write(folder, backing)
            async with proxies(program, config) as started:
                yield _Deployment(venue, started, store, self.with_postgres).run_cell

    @contextmanager
    def _database(self) -> Iterator[str | None]:
        if not self.with_postgres:
            yield None
            return
        with postgres.running(self.data_dir) as server, postgres.fresh_database(server) as url:
            yield url


@dataclass(frozen=True, slots=True)
class _Deployment:
    """Proxies that run."""

    venue: Venue
    proxies: Proxies
    store: redis.Redis
    with_postgres: bool

    async def run_cell(self, cell: Cell) -> Verdict:
        """Try one cell, with a key of its own."""
        await prepare(self.venue.provider, cell)
        asks = _Asks(self.proxies, cell, await self._key(cell))
        load = await loaded(self.venue.provider, cell, asks, self._stroke(cell))
        await all_billed(self.venue.provider, cell.account)
        bills = self.venue.provider.bills(cell.account)
        admitted_ms = admissions_ms(load.answers, bills)
        return judge(cell, load.answers, bills, admitted_ms, notes=load.notes())

    async def _key(self, cell: Cell) -> str:
        cap = cap_usd_micros(cell)
        if not self.with_postgres:
            return f"sk-{cell.account}-{cap}"
        wanted = {"key_alias": cell.account, "max_budget": cap / 1e6, "budget_duration": "1d"}
        headers = {"Authorization": f"Bearer {litellm_config.MASTER_KEY}"}
        url = f"{self.proxies.proxies[0].url}/key/generate"
        async with self.proxies.session.post(url, json=wanted, headers=headers) as reply:
            reply.raise_for_status()
            return str((await reply.json())["key"])

    def _stroke(self, cell: Cell) -> Stroke | None:
        return {"kill": self.proxies.kill, "restart": self._restart}.get(cell.fault)

    async def _restart(self) -> None:
        self.store.stop()
        await asyncio.sleep(AWAY_S)
        self.store.start()


@dataclass(frozen=True, slots=True)
class _Asks:
    """The cell's asks, as its fault has them."""

    proxies: Proxies
    cell: Cell
    key: str

    async def ask(self, number: int) -> Answer:
        """One ask; with redelivery it comes twice, to both proxies."""
        if self.cell.fault != "redelivery":
            return await self._once(number, number)
        first, _ = await asyncio.gather(self._once(number, 0), self._once(number, 1))
        return first

    async def _once(self, number: int, proxy: int) -> Answer:
        text = f"{mark(self.cell.account, number)} Say that it is done."
        model = UNPRICED if self.cell.fault == "unpriced" else CHEAP
        body: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": text}]}
        leaves = self.cell.fault == "disconnect" and number % 2 == 0
        return await self.proxies.ask(number, proxy, self.key, body, leaves=leaves)


def _make_database_client(python: Path) -> None:
    """Generate Prisma's client, which fetches its engine. Raises SettingError."""
    schema = next(python.parents[1].glob(SCHEMA))
    done = subprocess.run(  # noqa: S603  our own command
        [str(python), "-m", "prisma", "generate", "--schema", str(schema)],
        env={"PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(Path.home())},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SettingError(NO_ENGINE)
