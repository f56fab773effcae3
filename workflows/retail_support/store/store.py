"""One retailer's store, shared by any number of threads and processes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import IntegrityError

from schemas.errors import SettingError, ToolRefusal
from schemas.strict import StrictModel
from workflows.retail_support.recorded import as_recorded, from_recorded
from workflows.retail_support.records import Order, Product, User
from workflows.retail_support.store import database, log, reading, writing
from workflows.retail_support.store.acts import Act
from workflows.retail_support.store.tables import METADATA, WRITES


class Store:
    """Reads see one moment; writes happen once for each idempotency key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = database.reader(engine)
        self._writer = database.writer(engine)

    def snapshot(self) -> AbstractContextManager[Connection]:
        """A read-only transaction on one moment of the store."""
        return self._reader.begin()

    def write(self, call: log.Call, act: Act) -> StrictModel:
        """Act once, log it and answer; or give the answer that stands under the call's key.

        Raises ToolRefusal.
        """
        try:
            return log.answer(call.spec, self._enter(call, act))
        except IntegrityError:  # another worker was entering the same key; now it can be read
            return log.answer(call.spec, self._enter(call, act))

    def changed_by(self, run_id: str) -> dict[str, Any]:
        """Whole records, as recorded, that a run's writes left different: {"orders": {...}}.

        Compared with what they were before the run's first write; a table without a difference
        is left out.
        """
        return self.changed_by_every_run(run_id).get(run_id, {})

    def changed_by_every_run(self, run_id: str | None = None) -> dict[str, dict[str, Any]]:
        """`changed_by` of every run that wrote something, in one pass over the log."""
        with self.snapshot() as connection:
            return log.changed(connection, run_id)

    def dump(self) -> dict[str, Any]:
        """The whole store in the shape of the recorded files."""
        with self.snapshot() as connection:
            parts = {
                "orders": reading.orders(connection),
                "products": reading.products(connection),
                "users": reading.users(connection),
            }
        return {name: as_recorded(records) for name, records in parts.items()}

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def _enter(self, call: log.Call, act: Act) -> log.Entry:
        with self._writer.begin() as connection:
            act.lock(connection, call.arguments)
            entry = log.find(connection, call)
            if entry is not None:
                return entry
            change = _decided(lambda: act.decide(connection, call.arguments))
            writing.save(connection, change.after)
            return log.append(connection, call, change)


def open_store(url: str) -> Store:
    """The store at a database URL. Raises SettingError when there is none."""
    engine = database.connect(url)
    if database.missing_file(engine) or not inspect(engine).has_table(WRITES.name):
        raise SettingError("store_url: no store there; make one with create_store(url, folder)")
    return Store(engine)


def create_store(url: str, folder: Path, *, replace: bool = False) -> Store:
    """A new store at a database URL, from the three recorded files in `folder`.

    `replace` drops a store that is already there; otherwise that raises SettingError. Raises
    NonConforming for a bad record.
    """
    engine = database.connect(url)
    with database.writer(engine).begin() as connection:
        if replace:
            METADATA.drop_all(connection)
        if inspect(connection).has_table(WRITES.name):
            raise SettingError("store_url: holds a store already; open it, or name another place")
        METADATA.create_all(connection)
        _load(connection, folder)
    return Store(engine)


def _load(connection: Connection, folder: Path) -> None:
    users = _read(folder / "users.json", User)
    writing.add_products(connection, _read(folder / "products.json", Product).values())
    writing.add_users(connection, users)
    writing.add_orders(connection, _read(folder / "orders.json", Order).values(), users)


def _read(path: Path, model: type[Any]) -> dict[str, Any]:
    records = orjson.loads(path.read_bytes())
    return {key: from_recorded(model, record) for key, record in records.items()}


def _decided(decide: Callable[[], log.Change]) -> log.Change:
    try:
        return decide()
    except ToolRefusal as refusal:
        return log.Change(error=str(refusal))
