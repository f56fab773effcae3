"""A fake provider with a billing meter of its own: the only truth about what was spent."""
