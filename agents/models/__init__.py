"""Models behind one interface: recorded ones, and real providers."""
