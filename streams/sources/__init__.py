"""Records of logical topics, read from Kafka or from an export, for whoever only looks."""
