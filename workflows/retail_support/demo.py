"""What a demonstration of this workflow needs: requests, a fresh store, and what runs changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from schemas.errors import SettingError
from workflows.retail_support.store import create_store, open_store

_FOLDER: Final = Path(__file__).parent
REQUESTS: Final = _FOLDER / "evals" / "requests.jsonl"
"""Recorded requests: the customers' words, and the steps that the recorded model plays."""


def fresh_store(store_url: str) -> None:
    """A store as it is in the files, in place of any that is there."""
    create_store(store_url, _FOLDER / "data", replace=True).close()


def ensure_store(store_url: str) -> None:
    """The store that is there, or a fresh one."""
    try:
        open_store(store_url).close()
    except SettingError:
        fresh_store(store_url)


def changed_by_every_run(store_url: str) -> Mapping[str, Mapping[str, Any]]:
    """By run, the orders and users that its writes left different, whole, as recorded."""
    store = open_store(store_url)
    try:
        return store.changed_by_every_run()
    finally:
        store.close()
