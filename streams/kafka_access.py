"""How a process reaches Kafka and who it is there: addresses, encryption, login."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

from schemas.errors import SettingError

PREFIX = "TOLLWAY_"
BOOTSTRAP_SERVERS = r"[^\s:,]+:\d+(,[^\s:,]+:\d+)*"


class KafkaAccess(BaseSettings):
    """The part of the settings that every Kafka client needs."""

    bootstrap_servers: str = Field(
        "127.0.0.1:9092",
        pattern=f"^{BOOTSTRAP_SERVERS}$",
        description="Kafka's addresses, as host:port[,host:port...].",
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How to connect to Kafka."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="How to log in to Kafka; read when SASL is on."
    )
    sasl_username: str | None = Field(None, description="Who logs in; needed when SASL is on.")
    sasl_password_file: Path | None = Field(
        None, description="The file that holds the password; needed when SASL is on."
    )
    ssl_cafile: Path | None = Field(
        None, description="Certificates to trust, in PEM; the system's when not set."
    )
    ssl_certfile: Path | None = Field(None, description="This process's own certificate, in PEM.")
    ssl_keyfile: Path | None = Field(None, description="The key of that certificate, in PEM.")

    @model_validator(mode="after")
    def _sasl_is_complete(self) -> Self:
        missing = self._unset("sasl_username", "sasl_password_file")
        if self._uses_sasl and missing:
            raise ValueError(
                f"{PREFIX}SECURITY_PROTOCOL: {self.security_protocol} needs {' and '.join(missing)}"
            )
        return self

    def client_options(self) -> dict[str, Any]:
        """The address and credentials, as keyword arguments of any aiokafka client.

        Raises SettingError when a file that they name cannot be used.
        """
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "security_protocol": self.security_protocol,
        }
        if self.security_protocol.endswith("SSL"):
            options["ssl_context"] = self._ssl_context()
        if self._uses_sasl:
            options |= self._sasl_options()
        return options

    def librdkafka_options(self) -> dict[str, str | int | float | bool]:
        """The same in the words of librdkafka, for the clients of confluent-kafka.

        Raises SettingError as `client_options`.
        """
        options: dict[str, str | int | float | bool] = {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": self.security_protocol,
        }
        files = {
            "ssl.ca.location": self.ssl_cafile,
            "ssl.certificate.location": self.ssl_certfile,
            "ssl.key.location": self.ssl_keyfile,
        }
        options |= {name: str(path) for name, path in files.items() if path is not None}
        if self._uses_sasl:
            sasl = self._sasl_options()
            options["sasl.mechanism"] = self.sasl_mechanism
            options["sasl.username"] = sasl["sasl_plain_username"] or ""
            options["sasl.password"] = sasl["sasl_plain_password"] or ""
        return options

    @property
    def _uses_sasl(self) -> bool:
        return self.security_protocol.startswith("SASL")

    def _unset(self, *names: str) -> list[str]:
        return [PREFIX + name.upper() for name in names if getattr(self, name) is None]

    def _sasl_options(self) -> dict[str, str | None]:
        return {
            "sasl_mechanism": self.sasl_mechanism,
            "sasl_plain_username": self.sasl_username,
            "sasl_plain_password": read_secret("sasl_password_file", self.sasl_password_file),
        }

    def _ssl_context(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self.ssl_cafile)
            if self.ssl_certfile is not None:
                context.load_cert_chain(self.ssl_certfile, self.ssl_keyfile)
        except OSError as error:
            raise SettingError(f"{PREFIX}SSL_*FILE: {error}; name readable PEM files") from error
        return context


def read_secret(name: str, path: Path | None) -> str:
    """The text of the file that setting `name` points to, without the space around it.

    Raises SettingError when there is none or it cannot be read.
    """
    variable = PREFIX + name.upper()
    if path is None:
        raise SettingError(f"{variable}: not set; name a file that holds the secret")
    try:
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise SettingError(f"{variable}: {error}; name a readable file") from error
