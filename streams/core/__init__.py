"""The pure core: no Kafka, no clock, no environment, no randomness."""
