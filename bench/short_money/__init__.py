"""Requests under a workspace cap that fits half of them: the ladder first, then plain refusals."""
