"""How often people are asked: the recorded requests under several rules on approvals."""
