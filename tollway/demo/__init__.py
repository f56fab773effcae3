"""The demonstration: real customer requests through every topic, on one machine."""
