"""The front door: the command line and what a workflow author imports."""
