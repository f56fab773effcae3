"""What touches Kafka, the clock and the process around the pure core."""
