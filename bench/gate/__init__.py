"""What the gate costs: the time that it adds to a decision, and the state that it keeps."""
