"""Routing: which workflow serves an event, and on which path of its contract, decided as data."""
