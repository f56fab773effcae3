"""A whole Tollway on one machine: every role as a process of its own, watched and restarted."""
