"""Brokers as fixtures, and what happens to tests on real Kafka where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import cast

import pytest

from streams.brokers import memory
from streams.brokers.broker import Broker
from streams.kafka_access import PREFIX
from streams.settings import TEST_PREFIX, Settings
from tests.brokers import HOW_TO_GET_KAFKA, find_kafka, new_prefix, settings_for

MARKER = "kafka"
NOT_RUN = pytest.StashKey[int]()

kafka_source = cache(find_kafka)


def pytest_configure() -> None:
    """Settings of the person who runs the tests must not reach them."""
    for name in [*os.environ]:
        if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX):
            del os.environ[name]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests on real Kafka out where there is none; with CI=true that ends the run."""
    for item in items:
        if "kafka_broker" in getattr(item, "fixturenames", ()):
            item.add_marker(MARKER)
    wanting = [item for item in items if item.get_closest_marker(MARKER)]
    if not wanting or kafka_source() is not None:
        return
    if os.environ.get("CI") == "true":
        pytest.exit(_not_run(len(wanting)), returncode=1)
    config.stash[NOT_RUN] = len(wanting)
    config.hook.pytest_deselected(items=wanting)
    items[:] = [item for item in items if item not in wanting]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run of nothing but tests on real Kafka has not failed where there is none."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.stash.get(NOT_RUN, 0):
        session.exitstatus = pytest.ExitCode.OK


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what did not run."""
    count = config.stash.get(NOT_RUN, 0)
    if count:
        terminalreporter.write_line(_not_run(count))


def _not_run(count: int) -> str:
    return f"tests on real Kafka that did not run: {count}; to run them, {HOW_TO_GET_KAFKA}."


@pytest.fixture(scope="session")
def memory_broker() -> Iterator[Broker]:
    """The in-memory broker."""
    with memory.start() as broker:
        yield broker


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real Kafka."""
    start = kafka_source()
    assert start is not None, HOW_TO_GET_KAFKA
    with start(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture(scope="session", params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest) -> Broker:
    """Each broker in turn."""
    return cast("Broker", request.getfixturevalue(f"{request.param}_broker"))


@pytest.fixture
def topic_prefix() -> str:
    """A prefix for this test's topics and groups alone."""
    return new_prefix()


@pytest.fixture
def broker_settings(broker: Broker, topic_prefix: str) -> Settings:
    """Settings on each broker in turn."""
    return settings_for(broker, topic_prefix)


@pytest.fixture
def memory_settings(memory_broker: Broker, topic_prefix: str) -> Settings:
    """Settings on the in-memory broker."""
    return settings_for(memory_broker, topic_prefix)


@pytest.fixture
def kafka_settings(kafka_broker: Broker, topic_prefix: str) -> Settings:
    """Settings on a real Kafka."""
    return settings_for(kafka_broker, topic_prefix)
