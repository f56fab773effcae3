"""What `tollway control` refuses before anything is sent, and where commands go."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import ConsumerRecord
from click.testing import CliRunner

from agents.gateway import Gateway
from schemas.control import KINDS, conforming_command
from schemas.errors import NonConforming
from tests.builders import CODEC, NOON_MS
from tollway.cli import main

LEVER = {"what": "all", "name": "", "mode": "pause"}


def record(**changes: Any) -> dict[str, Any]:
    named = {"command_id": "c", "workspace": "acme", "who": "ann", "why": "so", "issued_at_ms": 1}
    return {**named, **dict.fromkeys(KINDS), **changes}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["pause"], "give either --workspace with its name or --everywhere"),
        (["pause", "--workspace", "a", "--everywhere"], "give either --workspace"),
        (
            ["pause", "--everywhere", "--workflow", "w", "--call", "c"],
            "give --workflow or --call, not both",
        ),
        (["kill", "--everywhere"], "Missing option '--runs'"),
        (["kill", "--everywhere", "--runs", "fly"], "'fly' is not one of 'wait', 'end'"),
        (["cancel", "r"], "Missing option '--workspace'"),
        (["confirm", "--everywhere"], "Missing argument 'COMMAND_ID'"),
        (["disable", "t", "--everywhere", "--state", "plan"], "a state is one of a workflow"),
        (["pause", "--workspace", "no such|name"], "workspace"),
    ],
)
def test_a_wrong_command_is_refused_with_what_to_do(arguments: list[str], told: str) -> None:
    done = CliRunner().invoke(main, ["control", *arguments, "--why", "so"])
    assert done.exit_code != 0
    assert told in done.output


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lever": {**LEVER, "mode": "stop"}}, "lever.mode"),
        ({"lever": {**LEVER, "what": "call"}}, "lever"),
        ({"lever": {**LEVER, "name": "x"}}, "lever"),
        ({"lever": {"what": "call", "name": "x", "mode": "end"}}, "lever"),
        ({"lever": LEVER, "confirmation": {"command_id": "c"}}, "cap or switch"),
        ({"cancellation": {"run_id": "r", "outcome": "failed"}, "workspace": "*"}, "workspace"),
        ({"cancellation": {"run_id": "r", "outcome": "resolved"}}, "cancellation.outcome"),
    ],
)
def test_a_command_out_of_bounds_is_refused_by_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(NonConforming) as refused:
        conforming_command(record(**changes), NOON_MS)
    assert refused.value.field.startswith(field)


@pytest.mark.parametrize(("workspace", "partitions"), [("*", {0, 1, 2, 3}), ("acme", None)])
def test_the_gateway_puts_a_command_for_all_workspaces_on_every_partition(
    workspace: str, partitions: set[int] | None
) -> None:
    gateway = Gateway(CODEC, 4, "gateway", lambda: NOON_MS)
    value = CODEC.encode("control_command", record(workspace=workspace, lever=LEVER))
    sent = gateway.routes(_published("control", value))
    assert {to.topic for to in sent} == {"control.commands"}
    assert len(sent) == len(partitions or {0})
    assert partitions is None or {to.partition for to in sent} == partitions


def test_an_event_cannot_claim_to_be_of_all_workspaces() -> None:
    from tests.builders import event  # noqa: PLC0415

    gateway = Gateway(CODEC, 4, "gateway", lambda: NOON_MS)
    value = CODEC.encode("intake_event", {**event(), "workspace": "*"})
    (sent,) = gateway.routes(_published("intake", value))
    assert sent.topic == "intake.dead"


def _published(topic: str, value: bytes) -> ConsumerRecord:
    return ConsumerRecord(topic, 0, 0, 1, 0, None, value, None, 0, len(value), ())
