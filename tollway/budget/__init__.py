"""What finance asks of the ledger: pure parts, and the reading of it."""
