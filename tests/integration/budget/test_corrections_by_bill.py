"""A bill corrects a call that nobody heard of: by command, on a running deployment, once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from streams.brokers.broker import Broker
from streams.settings import Settings
from tests.brokers import new_prefix, settings_for
from tests.deployments import deployed
from tests.integration.patient import (
    EVENT,
    WITHOUT_POOLS,
    decided,
    patient_settings,
)
from tollway.cli import main

WHY = "the vendor's bill of November"


@pytest.fixture
def patient(memory_broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A deployment without pools; the commands find its topics and its workflow."""
    made = settings_for(memory_broker, new_prefix(), driver="aiokafka", data_dir=tmp_path)
    settings = patient_settings(made, tmp_path, timeout_ms=1_000)
    for name in ("bootstrap_servers", "broker_kind", "topic_prefix", "workflows_dir"):
        monkeypatch.setenv(f"TOLLWAY_{name.upper()}", str(getattr(settings, name)))
    return settings


async def tollway(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, list(words))


async def test_a_bill_corrects_by_command_once_with_who_and_why_on_the_ledger(
    patient: Settings, tmp_path: Path
) -> None:
    bill = tmp_path / "november.csv"
    correct = ("budget", "reconcile", str(bill), "--correct", WHY, "--who", "fay")
    async with deployed(patient, WITHOUT_POOLS) as running:
        await running.publish(EVENT, {**EVENT, "event_id": "e-2"})
        first, second = (f"{run['run_id']}.1.1" for run in (await running.outcomes(2)).values())
        bill.write_text(f"call_id,name,amount\n{first},shelf,0.00002\n")
        done = await tollway(*correct, "--json", "--wait", "30")
        again = await tollway(*correct, "--json")
        (noted,) = [d for d in await decided(running) if d["rule"] == "control.corrected"]

    assert (done.exit_code, again.exit_code) == (0, 0), done.output + again.output
    (correction,) = orjson.loads(done.stdout)["correctable"]
    assert (correction["call_id"], correction["became"]) == (first, "corrected")
    assert [(s["entry"], s["amount_usd_micros"]) for s in noted["spend"]] == [("correct", 20 - 50)]
    assert noted["reason"] == f"call {first} cost 20 micro-USD by bill november.csv, by fay: {WHY}"
    assert orjson.loads(again.stdout)["differences"] == []

    bill.write_text(f"call_id,name,amount\n{second},shelf,0.00003\n")
    nobody_there = await tollway(*correct, "--wait", "0.1")
    assert nobody_there.exit_code == 3
    assert "on its way; the ledger has not answered" in nobody_there.stdout
