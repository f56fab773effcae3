"""Making, opening and reading a store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from schemas.errors import SettingError
from tests.integration.retail.desk import DATA, Desk, recorded_store
from workflows.retail_support.store import create_store, open_store
from workflows.retail_support.toolbox import open_toolbox


def test_a_new_store_holds_exactly_what_the_files_hold(desk: Desk) -> None:
    assert desk.store.dump() == recorded_store()


def test_a_customer_keeps_the_order_of_their_own_list_of_orders(tmp_path: Path) -> None:
    recorded = recorded_store()
    user_id, user = next((k, u) for k, u in recorded["users"].items() if len(u["orders"]) > 2)
    listed = user["orders"][::-1]
    files = {
        "users": {user_id: {**user, "orders": listed}},
        "orders": {order_id: recorded["orders"][order_id] for order_id in user["orders"]},
        "products": {},
    }
    for name, records in files.items():
        (tmp_path / f"{name}.json").write_bytes(orjson.dumps(records))
    with closing(create_store(f"sqlite:///{tmp_path / 'store.db'}", tmp_path)) as store:
        assert store.dump() == files


def test_an_existing_store_is_not_loaded_again(desk: Desk) -> None:
    with pytest.raises(SettingError, match="holds a store already"):
        create_store(desk.store_url, DATA)


def test_a_missing_sqlite_store_is_refused_and_no_file_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="create_store"):
        open_store(f"sqlite:///{tmp_path / 'none.db'}")
    assert not list(tmp_path.iterdir())


def test_a_database_without_a_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(SettingError, match="create_store"):
        open_store(f"sqlite:///{tmp_path / 'empty.db'}")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/d"])
def test_a_database_that_cannot_be_shared_or_is_unknown_is_refused(url: str) -> None:
    with pytest.raises(SettingError, match="store_url") as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_sqlite_writes_ahead_so_that_readers_and_the_writer_do_not_wait_for_each_other(
    sqlite_file: Path,
) -> None:
    with closing(sqlite3.connect(sqlite_file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_toolbox_needs_a_store_url() -> None:
    with pytest.raises(SettingError, match="store_url: missing"):
        open_toolbox({})


def test_a_load_that_fails_leaves_no_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with pytest.raises(FileNotFoundError):
        create_store(url, tmp_path)
    create_store(url, DATA).close()
