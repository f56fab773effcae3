"""The warehouse: the ledger as tables in DuckDB, for anyone who asks questions in SQL."""
