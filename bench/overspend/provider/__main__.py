"""`python -m bench.overspend.provider PORT METER`: the provider as a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from aiohttp import web

from bench.overspend.provider.meter import open_meter
from bench.overspend.provider.server import Provider

BACKLOG = 1024
"""Callers come in hundreds at once, and none of them may be turned away at the door."""

port, meter = sys.argv[1:]
app = Provider(open_meter(Path(meter))).app()
web.run_app(app, host="127.0.0.1", port=int(port), backlog=BACKLOG, access_log=None)
