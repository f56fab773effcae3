"""Settings: what is allowed, and what a person reads when a value is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.errors import SettingError
from streams.kafka_access import read_secret
from streams.settings import Settings, load_settings


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """What is said when the environment holds `variables`."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as caught:
        load_settings()
    return str(caught.value)


def test_nothing_set_is_a_local_kafka_with_twelve_partitions() -> None:
    settings = load_settings()
    assert (settings.bootstrap_servers, settings.broker_kind) == ("127.0.0.1:9092", "kafka")
    assert (settings.partitions, settings.replication, settings.driver) == (12, 1, "faust")
    assert (settings.topic_prefix, settings.metrics_port) == ("", 0)


def test_values_come_from_variables_and_arguments_come_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TOLLWAY_PARTITIONS", "24")
    monkeypatch.setenv("TOLLWAY_TOPIC_PREFIX", "blue.")
    settings = load_settings(partitions=6)
    assert (settings.partitions, settings.topic_prefix) == (6, "blue.")


def test_settings_do_not_change_after_they_are_read() -> None:
    with pytest.raises(ValidationError):
        load_settings().partitions = 3  # type: ignore[misc]


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_memory_broker_has_four_partitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLWAY_BROKER_KIND", "memory")
    assert load_settings().partitions == 4


def test_the_memory_broker_refuses_another_number_of_partitions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = refusal(monkeypatch, TOLLWAY_BROKER_KIND="memory", TOLLWAY_PARTITIONS="12")
    assert "TOLLWAY_PARTITIONS" in said
    assert "always makes 4 partitions, not 12" in said


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("TOLLWAY_BROKER_KIND", "redis", "'kafka' or 'memory'"),
        ("TOLLWAY_DRIVER", "spark", "'faust' or 'aiokafka'"),
        ("TOLLWAY_PARTITIONS", "many", "valid integer"),
        ("TOLLWAY_PARTITIONS", "0", "greater than or equal to 1"),
        ("TOLLWAY_METRICS_PORT", "70000", "less than or equal to 65535"),
        ("TOLLWAY_BOOTSTRAP_SERVERS", "kafka", "host:port"),
        ("TOLLWAY_TOPIC_PREFIX", "a/b", "pattern"),
        ("TOLLWAY_SECURITY_PROTOCOL", "TLS", "'SASL_SSL'"),
    ],
)
def test_a_bad_value_is_refused_with_its_variable_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, allowed: str
) -> None:
    said = refusal(monkeypatch, **{variable: value})
    assert f"{variable}='{value}'" in said
    assert allowed in said


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, TOLLWAY_DRIVER="spark", TOLLWAY_REPLICATION="0")
    assert "TOLLWAY_DRIVER" in said
    assert "TOLLWAY_REPLICATION" in said


def test_a_misspelt_variable_is_refused_with_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, TOLLWAY_BOOTSTRAP_SERVER="kafka:9092")
    assert "did you mean TOLLWAY_BOOTSTRAP_SERVERS?" in said


def test_variables_of_the_tests_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLWAY_TEST_ANYTHING", "1")
    load_settings()


def test_sasl_needs_a_name_and_a_password_file(monkeypatch: pytest.MonkeyPatch) -> None:
    said = refusal(monkeypatch, TOLLWAY_SECURITY_PROTOCOL="SASL_SSL")
    assert "TOLLWAY_SASL_USERNAME and TOLLWAY_SASL_PASSWORD_FILE" in said


def test_clients_get_the_address_and_nothing_secret_by_default() -> None:
    assert load_settings().client_options() == {
        "bootstrap_servers": "127.0.0.1:9092",
        "security_protocol": "PLAINTEXT",
    }


def sasl_settings(password_file: Path, **more: Any) -> Settings:
    return load_settings(
        security_protocol="SASL_SSL",
        sasl_username="worker",
        sasl_password_file=password_file,
        **more,
    )


def test_clients_get_credentials_from_the_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hush\n")
    settings = sasl_settings(tmp_path / "password")
    options = settings.client_options()
    assert options["sasl_plain_username"] == "worker"
    assert options["sasl_plain_password"] == "hush"
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert options["ssl_context"].check_hostname
    assert "hush" not in repr(settings)


def test_a_missing_password_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"TOLLWAY_SASL_PASSWORD_FILE.*No such file"):
        sasl_settings(tmp_path / "absent").client_options()


def test_an_unusable_certificate_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="TOLLWAY_SSL_"):
        load_settings(security_protocol="SSL", ssl_cafile=tmp_path / "absent").client_options()


def test_a_secret_that_was_not_set_says_which_variable_to_set() -> None:
    with pytest.raises(SettingError, match="TOLLWAY_MODEL_API_KEY_FILE: not set"):
        read_secret("model_api_key_file", None)


def test_the_stores_address_is_not_shown() -> None:
    assert "secret" not in repr(load_settings(store_url="postgresql://me:secret@db/store"))
