"""The systems under the cap, one module each, and the table of all."""
