"""A Kafka that wants a login and checks permissions: every role has what it needs, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.commit import OffsetFetchRequest
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from click.testing import CliRunner

from schemas.topics import topics
from streams.brokers import jvm
from streams.brokers.acls import GROUPS, Acl, acls, roles
from streams.brokers.properties import MIB, NODE_ID
from streams.settings import Settings
from tests.brokers import DATA_DIR, HOW_TO_GET_KAFKA, can_start_on_jvm, new_prefix, settings_for
from tests.deployments import deployed, retail_settings
from tests.integration.runs.conftest import RECORDED, RETAIL
from tests.integration.runs.test_retail_runs import event
from tollway.cli import main
from workflows.retail_support.store import create_store

pytestmark = pytest.mark.kafka

ADMINISTRATOR = "administrator"
REQUESTS = 20
REFUSED_TOPIC, REFUSED_GROUP = 29, 30
"""Kafka's error codes of what the authorizer does not let pass."""
PROCESSES = {"model": "pool-model", "retrieval": "pool-retrieval", "tool": "pool-tool"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("identities")
    for role in (*roles(), ADMINISTRATOR):
        (folder / role).write_text(uuid4().hex)
    return folder


@pytest.fixture(scope="module")
def settings(home: Path) -> Iterator[Settings]:
    """A secured broker with the permissions that the command grants."""
    assert can_start_on_jvm(), HOW_TO_GET_KAFKA
    passwords = {role: (home / role).read_text() for role in (*roles(), ADMINISTRATOR)}
    create_store(f"sqlite:///{home / 'store.db'}", RETAIL / "data").close()
    with jvm.start_secured(DATA_DIR, home / "kafka", passwords, ADMINISTRATOR) as broker:
        base = settings_for(broker, new_prefix(), data_dir=home)
        made = retail_settings(base, f"sqlite:///{home / 'store.db'}", RECORDED.resolve())
        security = {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN"}
        made = made.model_copy(update=security)
        _apply(login(made, ADMINISTRATOR))
        yield made


def login(settings: Settings, role: str) -> Settings:
    role = PROCESSES.get(role, role)
    return settings.model_copy(
        update={"sasl_username": role, "sasl_password_file": settings.data_dir / role}
    )


def _apply(given: Settings) -> None:
    names = ("bootstrap_servers", "topic_prefix", "security_protocol", "sasl_mechanism")
    more = ("sasl_username", "sasl_password_file")
    variables = {f"TOLLWAY_{name.upper()}": str(getattr(given, name)) for name in (*names, *more)}
    for times, expected in ((1, len(acls())), (2, 0)):
        done = CliRunner(env=variables).invoke(main, ["acls", "apply", "--json"])
        assert done.exit_code == 0, done.output
        assert len(orjson.loads(done.stdout)["permissions"]) == expected, times


@pytest.fixture(scope="module")
def outcomes(settings: Settings) -> dict[str, str]:
    """How requests end when every process has an account of its own."""
    return asyncio.run(_run(settings))


async def _run(settings: Settings) -> dict[str, str]:
    rows = [orjson.loads(line) for line in RECORDED.read_bytes().splitlines()[:REQUESTS]]
    async with deployed(settings, login=login) as deployment:
        await deployment.publish(*(event(row) for row in rows))
        ended = await deployment.outcomes(REQUESTS)
    return {name: str(outcome["outcome"]) for name, outcome in ended.items()}


def test_requests_run_through_all_topics_with_an_account_for_each_process(
    outcomes: dict[str, str],
) -> None:
    assert len(outcomes) == REQUESTS
    assert set(outcomes.values()) <= {"resolved", "escalated"}
    assert sum(outcome == "resolved" for outcome in outcomes.values()) >= REQUESTS // 2


@pytest.mark.parametrize("role", roles())
def test_each_role_can_do_what_it_needs_and_every_other_operation_is_refused(
    settings: Settings, outcomes: dict[str, str], role: str
) -> None:
    assert outcomes
    granted = set(acls(settings.topic_prefix))
    for each, refused in asyncio.run(_tried(login(settings, role), role)).items():
        assert refused == (each not in granted), f"{each} was {'refused' if refused else 'let'}"


async def _tried(settings: Settings, role: str) -> dict[Acl, bool]:
    """Every topic written and read, and every group read, by one role; whether it was refused."""
    names = [settings.topic_prefix + name for name in topics()]
    groups = [settings.topic_prefix + group for group in GROUPS.values()]
    client = AIOKafkaClient(**settings.client_options())
    await client.bootstrap()
    try:
        written = await _answers(client, _write(names))
        read = await _answers(client, _fetch(names))
        joined = {group: await _group_answer(client, group) for group in groups}
    finally:
        await client.close()
    return {
        **{Acl(role, "topic", name, "WRITE"): code == REFUSED_TOPIC for name, code in written},
        **{Acl(role, "topic", name, "READ"): code == REFUSED_TOPIC for name, code in read},
        **{
            Acl(role, "group", name, "READ"): code == REFUSED_GROUP for name, code in joined.items()
        },
    }


async def _answers(client: AIOKafkaClient, request: Any) -> list[tuple[str, int]]:
    """The broker's error code for each topic of one request."""
    response = await client.send(NODE_ID, request)
    answers = [(topic, partitions[0][1]) for topic, partitions in response.topics]
    assert {code for _, code in answers} <= {0, REFUSED_TOPIC}
    return answers


def _fetch(names: list[str]) -> FetchRequest:
    return FetchRequest(0, 0, MIB, 0, [(name, [(0, 0, MIB)]) for name in names])


def _write(names: list[str]) -> ProduceRequest:
    batch = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=MIB,
    )
    batch.append(0, timestamp=None, key=None, value=b"tried", headers=[])
    records = bytes(batch.build())
    return ProduceRequest(
        transactional_id=None,
        required_acks=-1,
        timeout=10_000,
        topics=[(name, [(0, records)]) for name in names],
    )


async def _group_answer(client: AIOKafkaClient, group: str) -> int:
    response = await client.send(NODE_ID, OffsetFetchRequest(group, None))
    code: int = response.error_code
    assert code in {0, REFUSED_GROUP}
    return code
