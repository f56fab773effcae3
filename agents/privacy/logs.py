"""Logs without personal data and secrets: every line is cleaned as it is formatted."""

from __future__ import annotations

import logging

from agents.privacy.scrubbing import masked

MAX_CHARACTERS = 20_000
"""A longer line is cut, so that a log costs little, whatever is written to it."""


class CleanFormatter(logging.Formatter):
    """Formats as another formatter does, exceptions too, and replaces values in what comes out."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """One line, or several with an exception."""
        return masked(self._inner.format(record)[:MAX_CHARACTERS])


def clean_logs(logger: logging.Logger | None = None) -> None:
    """Let all handlers of `logger`, by default the root's, write clean lines from now on."""
    for handler in (logger or logging.getLogger()).handlers:
        if not isinstance(handler.formatter, CleanFormatter):
            handler.setFormatter(CleanFormatter(handler.formatter or logging.Formatter()))
