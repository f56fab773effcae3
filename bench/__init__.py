"""Measurements: durable runs of Tollway and of its peers, in one run on one machine."""
