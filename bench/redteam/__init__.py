"""A planner that obeys every planted instruction, against the production choke point."""
