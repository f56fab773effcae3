"""What states do with a run: small changes, evidence, and asking a model."""
