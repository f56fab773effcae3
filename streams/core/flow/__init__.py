"""Information flow: where the values of a call come from, and what may be done with them."""
