"""Where it lands: the warehouse, metrics and the cockpit."""
