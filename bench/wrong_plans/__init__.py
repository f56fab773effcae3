"""Wrong plans: each recorded step made wrong in every way of a table; what stops it, and when."""
