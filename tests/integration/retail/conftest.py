"""One store for each test, on each database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.retail.desk import DATA, Desk
from tests.servers.postgres import fresh_database, postgres_server
from workflows.retail_support.store import create_store


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as it is in the files. Copy it."""
    path = tmp_path_factory.mktemp("retail") / "store.db"
    create_store(f"sqlite:///{path}", DATA).close()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a PostgreSQL database that holds the store as it is in the files."""
    with fresh_database(postgres_url) as url:
        create_store(url, DATA).close()
        yield url.rpartition("/")[2].partition("?")[0]


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh store."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_file"), tmp_path / "store.db")
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    template = request.getfixturevalue("postgres_template")
    with fresh_database(request.getfixturevalue("postgres_url"), template) as url:
        yield url


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    """A support desk on a fresh store."""
    with Desk(store_url) as desk:
        yield desk
