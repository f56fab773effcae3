"""Typed contracts of calls: models and retrievers by Avro contract, tools by their specs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from fastavro import parse_schema

from agents.tools.spec import ToolSpec
from schemas import derive
from schemas.catalogue import catalogue, schema_fingerprint
from schemas.codec import Codec
from schemas.errors import NonConforming, UnknownSchema
from schemas.strict import StrictModel

if TYPE_CHECKING:
    from schemas.records import CallKind
    from streams.core.contract import Contract
    from streams.core.workflow import CallType


@dataclass(frozen=True, slots=True)
class ContractCallType:
    """A call whose arguments and result are contracts of the catalogue. Always a read."""

    codec: Codec
    arguments_name: str
    result_name: str
    arguments_schema: str
    result_schema: str
    repeatable: bool = True
    reads: bool = True

    def encode_arguments(self, arguments: Any) -> bytes:
        """Avro binary. Raises NonConforming."""
        return self.codec.encode_bare(self.arguments_name, arguments)

    def readable(self, arguments: bytes) -> str:
        """The arguments as JSON. Raises RecordError."""
        return orjson.dumps(self.codec.decode_bare(self.arguments_name, arguments)).decode()

    def decode_arguments(self, schema: str, arguments: bytes) -> Any:
        """The arguments as a record. Raises RecordError."""
        _same("arguments_schema", schema, self.arguments_schema)
        return self.codec.decode_bare(self.arguments_name, arguments)

    def encode_result(self, result: Any) -> bytes:
        """Avro binary. Raises NonConforming."""
        return self.codec.encode_bare(self.result_name, result)

    def decode_result(self, result_schema: str, result: bytes) -> Any:
        """The result as a record. Raises RecordError."""
        _same("result_schema", result_schema, self.result_schema)
        return self.codec.decode_bare(self.result_name, result)


@dataclass(frozen=True, slots=True)
class ToolCallType:
    """A tool: arguments and result as strict models, Avro on the wire, validated on both sides."""

    spec: ToolSpec
    arguments_schema: str
    result_schema: str
    _arguments: Any
    _result: Any

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.spec.effect == "read"

    @property
    def repeatable(self) -> bool:
        """Reads, and writes that enforce idempotency keys."""
        return self.spec.effect == "read" or self.spec.idempotent

    def encode_arguments(self, arguments: Any) -> bytes:
        """Avro binary of a JSON object. Raises NonConforming."""
        if not isinstance(arguments, Mapping):
            raise NonConforming("arguments", "must be an object")
        return derive.encode(derive.conform(self.spec.arguments, arguments), self._arguments)

    def readable(self, arguments: bytes) -> str:
        """The arguments as JSON. Raises RecordError."""
        return derive.decode(arguments, self._arguments, self.spec.arguments).model_dump_json()

    def decode_arguments(self, schema: str, arguments: bytes) -> StrictModel:
        """The arguments as their model. Raises RecordError."""
        _same("arguments_schema", schema, self.arguments_schema)
        return derive.decode(arguments, self._arguments, self.spec.arguments)

    def encode_result(self, result: StrictModel) -> bytes:
        """Avro binary of a validated result. Raises NonConforming."""
        checked = derive.conform(self.spec.result, result.model_dump(mode="json"))
        return derive.encode(checked, self._result)

    def decode_result(self, result_schema: str, result: bytes) -> StrictModel:
        """The result as its model. Raises RecordError."""
        _same("result_schema", result_schema, self.result_schema)
        return derive.decode(result, self._result, self.spec.result)


def model_call_type(codec: Codec) -> ContractCallType:
    """What every model call is."""
    return _contract(codec, "model_request", "model_answer")


def retrieval_call_type(codec: Codec) -> ContractCallType:
    """What every retrieval call is."""
    return _contract(codec, "retrieval_request", "retrieval_result")


def tool_call_type(spec: ToolSpec, namespace: str) -> ToolCallType:
    """What a call of this tool is."""
    arguments, result = spec.arguments_schema(namespace), spec.result_schema(namespace)
    return ToolCallType(
        spec,
        schema_fingerprint(arguments),
        schema_fingerprint(result),
        parse_schema(arguments),
        parse_schema(result),
    )


def call_types(
    codec: Codec, contract: Contract, tools: Iterable[ToolSpec]
) -> dict[tuple[CallKind, str], CallType]:
    """Every call that a workflow knows, by kind and name."""
    policies = contract.states.values()
    retrievers = {name for policy in policies for name in policy.retrievers}
    types: dict[tuple[CallKind, str], CallType] = {}
    types.update({("model", name): model_call_type(codec) for name in contract.models})
    types.update({("retrieval", name): retrieval_call_type(codec) for name in retrievers})
    types.update({("tool", spec.name): tool_call_type(spec, contract.workflow) for spec in tools})
    return types


def _contract(codec: Codec, arguments: str, result: str) -> ContractCallType:
    current = catalogue().current
    return ContractCallType(
        codec,
        arguments,
        result,
        schema_fingerprint(current[arguments].definition),
        schema_fingerprint(current[result].definition),
    )


def _same(field: str, given: str, ours: str) -> None:
    if given != ours:
        raise UnknownSchema(field, f"{given[:16] or 'none'} is not the version deployed here")
