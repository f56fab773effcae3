"""`shared_caps.yaml`: read, refused with what is wrong, and named in versions."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agents.gateway import Gateway, partition_of
from agents.shared_caps import (
    SHARED_CAPS_FILE,
    load_shared_caps,
    shared_caps_version,
    unknown_calls,
)
from schemas.control import KINDS, conforming_command
from schemas.errors import ContractError
from schemas.examples import example
from streams.core.slices.caps import NO_SHARED_CAPS
from tests.builders import CODEC, NOON_MS, contract

TEXT = """
version: 3
caps:
  - {name: search, scope: vendor, calls: [look], window: day, usd_micros: 5}
"""


def written(folder: Path, text: str) -> Path:
    (folder / SHARED_CAPS_FILE).write_text(text, "utf-8")
    return folder


def test_the_file_is_read_and_its_version_has_its_hash(tmp_path: Path) -> None:
    folder = written(tmp_path, TEXT)
    (cap,) = load_shared_caps(folder).caps
    assert (cap.name, cap.calls, cap.usd_micros) == ("search", ("look",), 5)
    before = shared_caps_version(folder)
    assert before.startswith("shared_caps@3+")
    assert shared_caps_version(written(tmp_path, TEXT.replace("5}", "6}"))) != before


def test_without_the_file_nothing_is_shared(tmp_path: Path) -> None:
    assert load_shared_caps(tmp_path) == NO_SHARED_CAPS
    assert shared_caps_version(tmp_path) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("caps: [", "cannot be read"),
        (TEXT.replace("usd_micros: 5", "usd_micros: -5"), r"caps\.0\.usd_micros"),
        (TEXT.replace("window: day", "windw: day"), r"caps\.0\.windw"),
        (TEXT.replace("calls: [look], ", ""), "scope vendor names its calls"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_field(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ContractError, match=told):
        load_shared_caps(written(tmp_path, text))


def test_a_call_that_no_workflow_can_make_is_a_fault(tmp_path: Path) -> None:
    caps = load_shared_caps(written(tmp_path, TEXT.replace("look", "lok")))
    (told,) = unknown_calls(caps, [contract()])
    assert "caps.0.calls: no workflow may call lok" in told


def test_the_gateway_puts_a_message_on_the_partition_of_its_receiver() -> None:
    message = example("slice_message", "report")
    value = CODEC.encode("slice_message", message)
    record: Any = SimpleNamespace(topic="slices", value=value)
    sent = Gateway(CODEC, 12, "gateway", lambda: NOON_MS).route(record)
    assert (sent.topic, sent.value) == ("slices.arrived", value)
    assert sent.partition == partition_of("@acme_group", 12)


def test_a_command_may_name_a_giver_in_place_of_a_workspace() -> None:
    setting = {"scope": "organization", "owner": "group", "window": "day", "time_zone": "UTC"}
    cap = {**setting, "name": None, "usd_micros": 5}
    who = {"command_id": "c", "who": "fay", "why": "more", "issued_at_ms": NOON_MS}
    command = {**who, **dict.fromkeys(KINDS), "workspace": "@group", "cap": cap}
    assert conforming_command(command, NOON_MS)["workspace"] == "@group"
