"""Permissions follow from the table of topics, and each role has the least that it needs."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from schemas.topics import topics
from streams.brokers.acls import acls, roles
from streams.settings import Settings
from tollway.cli import main

ALL = acls()


def may(role: str, operation: str) -> set[str]:
    return {
        each.name
        for each in ALL
        if (each.role, each.resource, each.operation) == (role, "topic", operation)
    }


def who(operation: str, topic: str) -> set[str]:
    return {role for role in roles() if topic in may(role, operation)}


@pytest.mark.parametrize(
    "topic",
    [
        "ledger",
        *(name for name in topics() if name.startswith("calls.") and not name.endswith(".dead")),
    ],
)
def test_only_workers_write_calls_and_the_ledger(topic: str) -> None:
    assert who("WRITE", topic) == {"worker"}


@pytest.mark.parametrize("kind", ["model", "retrieval", "tool"])
def test_a_pool_reads_its_own_calls_and_journal_and_nothing_else(kind: str) -> None:
    assert may(f"pool-{kind}", "READ") == {f"calls.{kind}", f"journal.{kind}"}


def test_a_pool_writes_answers_its_journal_and_its_dead_letters() -> None:
    wanted = {"call.results", "journal.tool", "journal.tool.dead", "calls.tool.dead"}
    assert may("pool-tool", "WRITE") == wanted


def test_outsiders_publish_requests_and_read_outcomes() -> None:
    assert (may("publisher", "WRITE"), may("publisher", "READ")) == ({"intake"}, set())
    assert (may("downstream", "READ"), may("downstream", "WRITE")) == ({"outcomes"}, set())


def test_people_write_what_they_decide_and_no_dead_letters() -> None:
    assert may("approver", "WRITE") == {"approvals.decisions"}
    assert may("operator", "WRITE") == {"control", "operator.actions", "intake"}


def test_an_auditor_reads_the_record_and_writes_nothing() -> None:
    assert may("audit", "WRITE") == set()
    assert {"ledger", "journal.tool", "call.results", "state.plan"} <= may("audit", "READ")
    assert {"intake", "intake.dead"}.isdisjoint(may("audit", "READ"))


def test_who_makes_topics_touches_no_record() -> None:
    assert may("setup", "CREATE") == set(topics())
    assert may("setup", "READ") == may("setup", "WRITE") == set()


def test_names_carry_the_prefix_of_the_deployment() -> None:
    assert all(each.name.startswith("eu.") for each in acls("eu."))


def test_the_command_shows_one_role_in_kafkas_words() -> None:
    shown = CliRunner().invoke(main, ["acls", "show", "--role", "publisher", "--json"])
    assert orjson.loads(shown.stdout) == [
        {
            "principal": "User:publisher",
            "operation": "WRITE",
            "resource": "topic",
            "pattern": "literal",
            "name": "intake",
        }
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--role", "nobody"], "no such role; known are approver"),
        (["--principal", "User:me"], "write User: and once {role}"),
        (["--principal", "{role}"], "write User: and once {role}"),
    ],
)
def test_a_wrong_option_is_refused_with_what_to_write(arguments: list[str], told: str) -> None:
    done = CliRunner().invoke(main, ["acls", "show", *arguments])
    assert done.exit_code != 0
    assert told in done.output


def test_clients_of_librdkafka_log_in_as_all_others(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("word\n")
    settings = Settings(
        security_protocol="SASL_SSL",
        sasl_username="worker",
        sasl_password_file=tmp_path / "password",
        ssl_cafile=tmp_path / "ca.pem",
    )
    assert settings.librdkafka_options() == {
        "bootstrap.servers": "127.0.0.1:9092",
        "security.protocol": "SASL_SSL",
        "ssl.ca.location": str(tmp_path / "ca.pem"),
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "worker",
        "sasl.password": "word",
    }
