"""The ladder: intended ways to get cheaper before a run stops, in the order of its contract."""
