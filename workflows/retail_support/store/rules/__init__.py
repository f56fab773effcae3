"""The store's business rules: pure functions from a case to the case afterwards, or a refusal."""
