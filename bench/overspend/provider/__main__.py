"""`python -m bench.overspend.provider PORT METER`: the provider as a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from aiohttp import web

from bench.overspend.provider.meter import open_meter
from bench.overspend.provider.server import Provider

port, meter = sys.argv[1:]
web.run_app(
    Provider(open_meter(Path(meter))).app(), host="127.0.0.1", port=int(port), access_log=None
)
