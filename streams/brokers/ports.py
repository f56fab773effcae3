"""Free ports of this machine."""

from __future__ import annotations

import socket

from schemas.errors import SettingError
from streams.brokers.properties import HOST


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def check_free(port: int) -> int:
    """`port`, when nobody listens on it; raises SettingError otherwise."""
    if is_listening(port):
        raise SettingError(
            f"port {port} is in use: stop what listens there, or choose another with --port"
        )
    return port


def is_listening(port: int) -> bool:
    """Whether something on this machine accepts connections on `port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
