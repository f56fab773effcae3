"""Opening the file that others may hold: waiting, saying so, and giving up with advice."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb

from schemas.errors import WarehouseUnavailable

T = TypeVar("T")
FIRST_WAIT_S, LONGEST_WAIT_S, SAY_SO_AFTER_S = 0.05, 2.0, 5.0
ELSEWHERE = re.compile(r"Conflicting lock is held in (.+?\(PID \d+\))")
HERE = "different configuration"
"""How DuckDB says that this very process has the file open in the other mode."""

log = logging.getLogger(__name__)


@contextmanager
def connected(
    path: Path, *, read_only: bool, patience_s: float | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The open file, as soon as it is free; `patience_s` None waits for ever.

    Raises WarehouseUnavailable when it stays taken or is no DuckDB file.
    """
    connection = patiently(path, lambda: duckdb.connect(path, read_only=read_only), patience_s)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def saying_what_failed(path: Path) -> Iterator[None]:
    """Raises WarehouseUnavailable for what the disk refuses."""
    try:
        yield
    except duckdb.OperationalError as error:
        raise WarehouseUnavailable(
            f"{path} could not be written: {error}; nothing is lost: make room and start the sink "
            "again, it goes on where the file ends"
        ) from error


def patiently(path: Path, attempt: Callable[[], T], patience_s: float | None) -> T:
    """What `attempt` gives, as soon as the file is free. Raises WarehouseUnavailable."""
    started, wait_s, said = time.monotonic(), FIRST_WAIT_S, False
    while True:
        try:
            return attempt()
        except duckdb.Error as error:
            holder = _holder(path, error)
        waited_s = time.monotonic() - started
        if patience_s is not None and waited_s > patience_s:
            raise WarehouseUnavailable(
                f"{path} stays in use by {holder}; close it there or try again"
            )
        if waited_s > SAY_SO_AFTER_S and not said:
            log.warning("%s is in use by %s; waiting until it is free", path, holder)
            said = True
        time.sleep(wait_s)
        wait_s = min(2 * wait_s, LONGEST_WAIT_S)


def _holder(path: Path, error: duckdb.Error) -> str:
    """Who has the file. Raises WarehouseUnavailable when that is not why it did not open."""
    elsewhere = ELSEWHERE.search(str(error))
    if elsewhere:
        return elsewhere.group(1)
    if HERE in str(error):
        return "this process"
    raise WarehouseUnavailable(f"{path} cannot be opened: {error}") from error
