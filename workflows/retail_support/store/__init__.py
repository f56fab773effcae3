"""The retailer's store: SQLite by default, PostgreSQL by another URL."""

from workflows.retail_support.store.store import Store, create_store, open_store

__all__ = ["Store", "create_store", "open_store"]
