"""One module a state. They do not know each other: the graph joins them, and topics carry runs."""
