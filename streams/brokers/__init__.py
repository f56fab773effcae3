"""Which broker: one to start here, in memory or on the JVM, and the topics on any of them."""
