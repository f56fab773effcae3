"""What a deployment may set: every value is an environment variable `TOLLWAY_<NAME>`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import SettingsConfigDict

from schemas.errors import SettingError
from streams.core.bounds import MAX_INLINE_BYTES
from streams.kafka_access import PREFIX, KafkaAccess

BrokerKind = Literal["kafka", "memory"]

TEST_PREFIX = "TOLLWAY_TEST_"
"""Variables that tests read themselves; they are no settings."""
MEMORY_PARTITIONS = 4
"""librdkafka's in-memory cluster gives every topic this many; it cannot be changed."""


class Settings(KafkaAccess):
    """The settings of one process; they do not change while it runs."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    broker_kind: BrokerKind = Field(
        "kafka", description="kafka, or memory for librdkafka's in-memory cluster."
    )
    topic_prefix: str = Field(
        "",
        pattern=r"^[A-Za-z0-9._-]*$",
        max_length=100,
        description="Put before every topic and group name, so that deployments share a broker.",
    )
    partitions: int = Field(
        12,
        ge=1,
        le=10_000,
        description="Partitions of Tollway's own topics, fixed for life; 4 on the memory broker.",
    )
    replication: int = Field(
        1, ge=1, le=32, description="Replicas of each topic; at least 3 in production."
    )
    driver: Literal["faust", "aiokafka"] = Field(
        "faust", description="What feeds the processors: a Faust app or a plain consumer."
    )
    schema_registry_url: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description="A Confluent-compatible schema registry; without one, ids are built in.",
    )
    workflows_dir: Path = Field(
        Path("workflows"), description="The folder that holds one folder per workflow."
    )
    data_dir: Path = Field(
        Path(".tollway"), description="Where local files go: a local broker, the warehouse."
    )
    payload_store_url: str | None = Field(
        None,
        repr=False,
        description="Where results too large for a record are kept: a folder, or a URL of fsspec; "
        "the folder `payloads` of the data directory when not set. All processes need the same.",
    )
    inline_bytes: int = Field(
        256 * 1024,
        ge=0,
        le=MAX_INLINE_BYTES,
        description="The largest result that travels in a record; a larger one goes to the "
        "payload store.",
    )
    max_payload_bytes: int = Field(
        64 * 1024 * 1024,
        ge=1,
        le=1024 * 1024 * 1024,
        description="The largest result that the payload store takes; a larger one fails its call.",
    )
    payload_wait_s: int = Field(
        30,
        ge=1,
        le=3_600,
        description="Seconds that a missing payload is looked for; then its answer is a dead "
        "letter.",
    )
    vault_url: str | None = Field(
        None,
        repr=False,
        description="Where personal data and secrets of runs are kept, sealed: a folder, or a URL "
        "of fsspec; the folder `vault` of the data directory when not set.",
    )
    vault_keys_url: str | None = Field(
        None,
        repr=False,
        description="Where the vault's keys are kept, to be destroyed person by person: a folder "
        "or URL of which no backup is made; `vault-keys` of the data directory when not set.",
    )
    vault_public_key_file: Path | None = Field(
        None,
        description="The tool pool's public key, in PEM, with which the gateway seals; a pair is "
        "made in the data directory when not set.",
    )
    vault_private_key_file: Path | None = Field(
        None,
        description="The tool pool's private key, in PEM, for tool pools alone; as above when not "
        "set.",
    )
    store_url: str | None = Field(
        None,
        repr=False,
        description="The business store that the tools act on, as an SQLAlchemy URL.",
    )
    recordings: Path | None = Field(
        None, description="A requests file whose steps the recorded model plays."
    )
    recorded_steps_per_turn: int = Field(
        0, ge=0, description="How many recorded steps one plan holds; 0 plans all at once."
    )
    model_base_url: str | None = Field(
        None, pattern=r"^https?://\S+$", description="An OpenAI-compatible address of a provider."
    )
    model_api_key_file: Path | None = Field(
        None, description="The file that holds the provider's API key."
    )
    calls_in_flight: int = Field(
        64, ge=1, le=10_000, description="How many calls a pool process performs at once."
    )
    open_runs: int = Field(
        1_000,
        ge=1,
        description="How many runs of one partition may be under way; more wait on their topic.",
    )
    inbox_records: int = Field(
        4_000,
        ge=1,
        description="How many records of one partition may wait in memory before its consumer "
        "holds back; it goes on at a quarter.",
    )
    session_timeout_s: int = Field(
        10,
        ge=6,
        le=1_800,
        description="Seconds without a heartbeat after which a consumer group takes a process "
        "for gone; within what the broker allows.",
    )
    poll_limit_s: int = Field(
        300,
        ge=6,
        le=86_400,
        description="Seconds after which a process that does not poll leaves its consumer group.",
    )
    dead_letter_ratio: float = Field(
        0.5,
        ge=0,
        le=1,
        description="The share of a topic's last 500 records that may be dead letters before its "
        "consumer stops; 1 never stops it.",
    )
    metrics_port: int = Field(
        0, ge=0, le=65_535, description="Port of /metrics, /livez and /readyz; 0 is off."
    )
    drain_limit_s: int = Field(
        10,
        ge=0,
        description="Seconds that a process which is asked to end may take to finish calls.",
    )
    stall_limit_s: int = Field(
        120,
        ge=1,
        description="Seconds a partition may decide none of its inputs; then its process ends.",
    )
    fold_limit_s: int = Field(
        600,
        ge=1,
        description="Seconds a partition may read its state back; then its process ends.",
    )

    @model_validator(mode="before")
    @classmethod
    def _memory_has_its_own_default(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values.get("broker_kind") == "memory":
            return {"partitions": MEMORY_PARTITIONS, **values}
        return values

    @model_validator(mode="after")
    def _memory_cannot_choose(self) -> Self:
        if self.broker_kind == "memory" and self.partitions != MEMORY_PARTITIONS:
            raise ValueError(
                f"{PREFIX}PARTITIONS: the memory broker always makes {MEMORY_PARTITIONS} "
                f"partitions, not {self.partitions}; leave it unset, or use a kafka broker"
            )
        return self

    def workflow_settings(self) -> dict[str, str]:
        """What the modules of a workflow's folder may read."""
        return {} if self.store_url is None else {"store_url": self.store_url}


def load_settings(**overrides: Any) -> Settings:
    """The settings from the environment; `overrides` come first.

    Raises SettingError, which names each variable at fault and what it allows.
    """
    _refuse_unknown(os.environ)
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingError("\n".join(_explained(error))) from error


def _refuse_unknown(variables: Iterable[str]) -> None:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for variable in variables:
        if variable.startswith(PREFIX) and not (
            variable in known or variable.startswith(TEST_PREFIX)
        ):
            close = get_close_matches(variable, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
            raise SettingError(f"{variable}: no such setting; {hint}")


def _explained(error: ValidationError) -> Iterable[str]:
    for fault in error.errors():
        if not fault["loc"]:
            yield fault["msg"].removeprefix("Value error, ")
            continue
        name = str(fault["loc"][0])
        about = Settings.model_fields[name].description
        yield f"{PREFIX}{name.upper()}={fault['input']!r}: {fault['msg']}. {about}"
