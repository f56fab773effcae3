"""One table of a toolbox in SQLite or PostgreSQL: writes come one after another, once a key."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

from schemas.errors import SettingError

BUSY_TIMEOUT_SECONDS: Final = 30


def connect(url: str, table: Table) -> Engine:
    """An engine with the table there. Raises SettingError for a URL that cannot serve."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "postgresql":
        engine = create_engine(parsed, pool_pre_ping=True)
    elif parsed.get_backend_name() == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        engine = _sqlite(create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}))
    else:
        raise SettingError("store_url: use sqlite:///<file> or postgresql://<user>@<host>/<name>")
    _create(engine, table)
    return engine


def lock(connection: Connection, table: Table) -> None:
    """No other transaction writes until this one ends; SQLite has one writer as it is."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def _create(engine: Engine, table: Table) -> None:
    try:
        with engine.begin() as connection:
            connection.execute(CreateTable(table, if_not_exists=True))
    except IntegrityError:  # another process was making it at the same moment
        with engine.begin() as connection:
            connection.execute(CreateTable(table, if_not_exists=True))


def _sqlite(engine: Engine) -> Engine:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
