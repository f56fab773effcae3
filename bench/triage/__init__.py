"""How well complaints are routed and classified: rules fitted on one half, scored on the other."""
