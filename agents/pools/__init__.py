"""The pools: each performs one kind of call, under its own identity, and sees nothing of runs."""
