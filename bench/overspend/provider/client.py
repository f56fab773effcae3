"""The harness's side of the provider: start it, tell it how to behave, read its meter."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.errors import InvalidMeasurement
from bench.overspend.provider.behaviour import Behaviour, Standing
from bench.overspend.provider.meter import Bill, read_bills
from streams.brokers.ports import free_port, is_listening

READY_TIMEOUT_S = 60.0
SAID_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class ProviderProcess:
    """A provider that runs."""

    address: str
    meter: Path

    @property
    def base_url(self) -> str:
        """Where clients of the chat completions interface find it."""
        return f"{self.address}/v1"

    async def behave(self, account: str, behaviour: Behaviour) -> None:
        """Have it treat an account like this from now on."""
        url, text = f"{self.address}/accounts/{account}", behaviour.model_dump_json()
        async with aiohttp.ClientSession() as session, session.put(url, data=text) as reply:
            reply.raise_for_status()

    async def standing(self, account: str) -> Standing:
        """How many calls it has had."""
        url = f"{self.address}/accounts/{account}"
        async with aiohttp.ClientSession() as session, session.get(url) as reply:
            return Standing.model_validate_json(await reply.read())

    def bills(self, account: str) -> Sequence[Bill]:
        """What it has billed to an account."""
        return read_bills(self.meter, account)


@contextmanager
def provider(folder: Path) -> Iterator[ProviderProcess]:
    """A provider that ends with the block. Raises InvalidMeasurement when it does not come up."""
    port, meter = free_port(), folder / "meter.jsonl"
    command = [sys.executable, "-m", "bench.overspend.provider", str(port), str(meter)]
    log_file = folder / "provider.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603
    try:
        _await(process, port, log_file)
        yield ProviderProcess(f"http://127.0.0.1:{port}", meter)
    finally:
        process.terminate()
        process.wait()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not is_listening(port):
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text("utf-8", errors="replace")[-SAID_CHARACTERS:]
            raise InvalidMeasurement(f"the provider did not come up; it said: {said}")
        time.sleep(0.05)
