"""The systems under measurement, one module each, and the table of all."""
