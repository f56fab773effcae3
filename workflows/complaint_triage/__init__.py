"""Complaint triage: classify product and issue, route to a team, propose a response."""
