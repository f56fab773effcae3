"""Which failed requests surely cost nothing; strict, since all others may have been billed in full.

Either no byte of the request left, because no connection came about, or the provider answered that
it did nothing: a wrong key or a rate limit, which providers do not bill (Azure documents both). A
400 or 408 may have been billed there, and of a 5xx, a broken connection or a missing answer nobody
knows.
"""

from __future__ import annotations

from http import HTTPStatus

import httpx2
from openai import APIConnectionError, APIStatusError, OpenAIError

NEVER_CONNECTED = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
)
"""Raised before a connection is there: name not found, refused, no TLS, none free."""
NOTHING_DONE = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS})


def surely_unbilled(error: OpenAIError) -> bool:
    """Whether the request that failed so cannot have been billed."""
    if isinstance(error, APIStatusError):
        return error.status_code in NOTHING_DONE
    return isinstance(error, APIConnectionError) and _never_sent(error)


def _never_sent(error: APIConnectionError) -> bool:
    """After a redirect the first address has had the request."""
    cause = error.__cause__
    return isinstance(cause, NEVER_CONNECTED) and cause.request.url == error.request.url
