"""Caps above workspaces: handed out in slices, so that every call is decided on one partition."""
