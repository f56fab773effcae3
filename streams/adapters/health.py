"""What a process says of itself over HTTP, beside its metrics: `/livez` and `/readyz`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import orjson

from streams.adapters.asking import NoAnswer, ask

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ANSWER_S = 2.0
Probe = Callable[[], str]
"""Says why not; empty when all is well."""


def nothing_wrong() -> str:
    """For what is live as long as its event loop answers."""
    return ""


def starting() -> str:
    """For what has not said yet when it is ready."""
    return "it is starting"


class Health:
    """Live: need not be started anew. Ready: does its part now. Make it inside the event loop.

    Probes are called by the loop, so the answer also says that the loop is not blocked.
    """

    def __init__(self, not_live: Probe = nothing_wrong, not_ready: Probe = starting) -> None:
        self.not_live = not_live
        self.not_ready = not_ready
        self._loop = asyncio.get_running_loop()

    def livez(self) -> str:
        """Why it is not live. From another thread."""
        return self._asked(self.not_live)

    def readyz(self) -> str:
        """Why it is not ready. From another thread."""
        return self._asked(lambda: self.not_live() or self.not_ready())

    def _asked(self, probe: Probe) -> str:
        try:
            return ask(self._loop, probe, ANSWER_S)
        except NoAnswer as error:
            return str(error)


def beside(metrics: WSGIApplication, health: Health) -> WSGIApplication:
    """The application that answers the two probes, and leaves all else to `metrics`."""
    probes = {"/livez": health.livez, "/readyz": health.readyz}

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        probe = probes.get(environ["PATH_INFO"])
        if probe is None:
            return metrics(environ, start_response)
        reason = probe()
        status = "503 Service Unavailable" if reason else "200 OK"
        start_response(status, [("Content-Type", "application/json")])
        return [orjson.dumps({"ok": not reason, "reason": reason})]

    return application
