"""A Confluent-compatible schema registry: its ids for our contracts, and contracts for its ids.

Subjects follow the TopicNameStrategy, `<topic>-value`, and contracts are registered whole, without
references. Every call blocks: register before a start, and expect a pause of at most TIMEOUT_S
when an id is met for the first time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any, Self

import httpx2
import orjson
from fastavro import parse_schema
from fastavro.schema import SchemaParseException

from schemas.catalogue import Catalogue, Contract, catalogue, contract_name
from schemas.codec import Codec
from schemas.errors import SettingError
from schemas.topics import Topic, topics

TIMEOUT_S = 5.0
UNKNOWN_FOR_S = 30.0
"""An id that was not found is not asked for again before this; replicas may lag."""
_UNKNOWN_AT_MOST = 10_000
_NOT_FOUND = 40403
_ADVICE = {
    401: "check the user and password in its URL",
    403: "allow this user to read and to register",
    409: "its subject holds what this version cannot follow; run `python -m schemas.compatibility`",
}
_HEADERS = {
    "Accept": "application/vnd.schemaregistry.v1+json, application/json",
    "Content-Type": "application/vnd.schemaregistry.v1+json",
}


def registered_codec(url: str, prefix: str = "") -> Codec:
    """A codec that writes the ids of the registry at `url`, and asks it for those it meets.

    `prefix` stands before the names of the topics. Raises SettingError as SchemaRegistry does.
    """
    registry, known = SchemaRegistry(url), catalogue()
    return Codec(known, registry.register(topics().values(), known, prefix), registry.lookup)


class SchemaRegistry:
    """One registry. Its URL may hold `user:password@`; messages never show them.

    Raises SettingError for a URL that is none.
    """

    def __init__(self, url: str, timeout_s: float = TIMEOUT_S) -> None:
        try:
            self._client = httpx2.Client(base_url=url, timeout=timeout_s, headers=_HEADERS)
        except httpx2.InvalidURL as error:
            raise SettingError(f"the URL of the schema registry cannot be used: {error}") from error
        self._host = self._client.base_url.host
        self._unknown_until: dict[int, float] = {}

    def register(
        self, topics: Iterable[Topic], known: Catalogue, prefix: str = ""
    ) -> dict[str, int]:
        """Register the contract of each topic, whose name gets `prefix`; again is harmless.

        Returns the registry's id of each contract, for `Codec(ids=...)`. Raises SettingError
        when the registry refuses or does not answer.
        """
        ids: dict[str, int] = {}
        for topic in topics:
            subject = f"{prefix}{topic.name}-value"
            given = self._register(subject, known.current[topic.schema])
            if ids.setdefault(topic.schema, given) != given:
                first = ids[topic.schema]
                raise self._error(f"gave {topic.schema} the ids {first} and {given} ({subject})")
        return ids

    def lookup(self, schema_id: int) -> Contract | None:
        """The contract behind an id, for `Codec(lookup=...)`; None when there is none.

        Raises SettingError when the registry does not answer, as that is no fault of the record.
        """
        if self._unknown_until.get(schema_id, 0.0) > time.monotonic():
            return None
        contract = _contract(schema_id, self._ask("GET", f"schemas/ids/{schema_id}"))
        if contract is None:
            self._remember_unknown(schema_id)
        return contract

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _register(self, subject: str, contract: Contract) -> int:
        body = {"schema": orjson.dumps(contract.definition).decode()}
        answer = self._ask("POST", f"subjects/{subject}/versions", body)
        if not isinstance(answer.get("id"), int):
            raise self._error(f"gave no id for {subject}: {answer.get('message', answer)}")
        return int(answer["id"])

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        """The JSON of the answer, also when it says that nothing was found."""
        content = None if body is None else orjson.dumps(body)
        try:
            response = self._client.request(method, path, content=content)
        except httpx2.HTTPError as error:
            raise self._error(f"did not answer {method} {path}: {error!r}") from error
        answer = _json(response)
        if response.is_success or answer.get("error_code") == _NOT_FOUND:
            return answer
        status, message = response.status_code, answer.get("message", "no registry at this path")
        raise self._error(f"refused {method} {path} with {status}: {message}", status)

    def _remember_unknown(self, schema_id: int) -> None:
        if len(self._unknown_until) >= _UNKNOWN_AT_MOST:
            self._unknown_until.clear()
        self._unknown_until[schema_id] = time.monotonic() + UNKNOWN_FOR_S

    def _error(self, what: str, status: int = 0) -> SettingError:
        advice = _ADVICE.get(status, "check its URL and state")
        return SettingError(f"schema registry {self._host} {what}; {advice}")


def _json(response: httpx2.Response) -> dict[str, Any]:
    try:
        answer = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _contract(schema_id: int, answer: Mapping[str, Any]) -> Contract | None:
    """The contract in a registry's answer; None when there is none that can be read alone."""
    try:
        definition = orjson.loads(answer["schema"])
        parsed: Any = parse_schema(definition)
        return Contract(contract_name(parsed["name"]), schema_id, definition, parsed)
    except (KeyError, TypeError, ValueError, SchemaParseException):
        return None
