"""Who acts: one module a state, the pools, tools, models and workers."""
