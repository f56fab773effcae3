"""The audit: what must hold of a ledger and its journals, checked from their records alone."""
