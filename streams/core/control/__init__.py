"""What operators change at run time: one handler a kind of command, each decided as any input."""
