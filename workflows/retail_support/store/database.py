"""SQLite or PostgreSQL: how to connect, and how a read and a write begin."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url

from schemas.errors import SettingError

BUSY_TIMEOUT_SECONDS: Final = 30

# A read sees one moment of the store. A write sees what was committed last: in SQLite because
# it is the only writer from its first statement, in PostgreSQL once it holds the customer's row.
_READ: Final[dict[str, dict[str, Any]]] = {
    "sqlite": {"begin": "BEGIN"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
_WRITE: Final[dict[str, dict[str, Any]]] = {
    "sqlite": {"begin": "BEGIN IMMEDIATE"},
    "postgresql": {"isolation_level": "READ COMMITTED"},
}
_PRAGMAS: Final = ("PRAGMA journal_mode = WAL", "PRAGMA foreign_keys = ON")


def connect(url: str) -> Engine:
    """An engine for a database URL. Raises SettingError for one that cannot serve as a store."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    match parsed.get_backend_name():
        case "postgresql":
            return create_engine(parsed, pool_pre_ping=True)
        case "sqlite" if parsed.database not in {None, "", ":memory:"}:
            return _sqlite(create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}))
    raise SettingError(
        f"store_url: {parsed.render_as_string()} cannot serve as a store; "
        "use sqlite:///<file> or postgresql://<user>@<host>/<database>"
    )


def reader(engine: Engine) -> Engine:
    """The engine whose transactions read."""
    return engine.execution_options(**_READ[engine.dialect.name])


def writer(engine: Engine) -> Engine:
    """The engine whose transactions write."""
    return engine.execution_options(**_WRITE[engine.dialect.name])


def missing_file(engine: Engine) -> bool:
    """Whether connecting would make a new, empty SQLite file."""
    return engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists()


def _sqlite(engine: Engine) -> Engine:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine
