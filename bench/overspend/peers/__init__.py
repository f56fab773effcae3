"""Peers as processes of their own, under virtualenvs of their own."""
