"""Operators' commands on topic `control`: made, checked, and published."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from schemas.control import KINDS, conforming_command
from schemas.errors import NonConforming, SettingError
from streams.adapters.clients import new_producer

if TYPE_CHECKING:
    from schemas.codec import Codec
    from schemas.records import ControlCommand
    from streams.settings import Settings


def command_of(
    command_id: str, workspace: str, who: str | None, why: str, **said: Any
) -> ControlCommand:
    """The command, by the user of this process unless `who` says another.

    Raises SettingError when a field is out of its bounds.
    """
    now_ms = time.time_ns() // 1_000_000
    record = {
        "command_id": command_id,
        "workspace": workspace,
        "who": who or getpass.getuser(),
        "why": why,
        "issued_at_ms": now_ms,
        **dict.fromkeys(KINDS),
        **said,
    }
    try:
        return conforming_command(record, now_ms)
    except NonConforming as error:
        raise SettingError(str(error)) from error


async def publish(settings: Settings, codec: Codec, commands: Iterable[ControlCommand]) -> None:
    """Put commands on their topic; each is acknowledged when this returns."""
    topic = settings.topic_prefix + "control"
    async with new_producer(settings, "tollway-control") as producer:
        for command in commands:
            value = codec.encode("control_command", command)
            await producer.send_and_wait(topic, value, key=command["workspace"].encode())
