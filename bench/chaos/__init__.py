"""Faults under load on real Kafka, and what was lost, repeated or overspent: counted afterwards."""
