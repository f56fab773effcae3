"""Personal data and secrets: found, replaced by placeholders, kept in a vault, restored."""
