"""Tools, as the states and pools see them."""
