"""Approvals: which calls need a person, who may answer, and what an answer leads to."""
