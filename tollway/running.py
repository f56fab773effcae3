"""Running one process: until it is told to stop, or until something ends it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Coroutine
from typing import Any

from agents.privacy.logs import clean_logs

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run until SIGTERM or SIGINT, which end it in order. Raises what `main` raises."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    clean_logs()
    for noisy in ("aiokafka", "faust", "mode", "kafka"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    asyncio.run(_until_told(main))


async def _until_told(main: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(main)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        logging.getLogger(__name__).info("stopped")


def interrupt_on_sigterm() -> None:
    """Let SIGTERM end this process as an interrupt does, so that its children are stopped too."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
