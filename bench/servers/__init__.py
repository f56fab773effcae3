"""The servers that systems run on, one of each kind, with default settings."""
