"""What a benchmark ran on, so that its figures can be judged."""

from __future__ import annotations

from importlib.metadata import version

from bench.machine import machine
from bench.measured import Load
from bench.servers import kafka
from bench.systems.on_kafka import PARTITIONS
from bench.systems.peer_venv import versions


def conditions(load: Load, repeats: int, driver: str) -> dict[str, str]:
    """Machine, settings and versions, by name."""
    peers = ", ".join(f"{name} {pinned}" for name, pinned in versions().items())
    return {
        "load": f"{load.runs} runs (fewer for slower systems), {load.in_flight} in flight, "
        f"{load.idle_runs} one at a time, median of {repeats} repeats",
        **machine(),
        "Kafka": f"{kafka.version()}, {PARTITIONS} partitions, 1 replica",
        "driver": driver,
        "clients": f"aiokafka {version('aiokafka')}, faust-streaming {version('faust-streaming')}",
        "peers": peers,
    }
