"""Avro from strict models: the schema, the bytes, and one way to say what does not conform.

Bounds that Avro cannot express (lengths, ranges, patterns) stay in the schema as properties
under their JSON Schema names, for readers; the model is what enforces them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar, cast

import orjson
from fastavro import schemaless_reader, schemaless_writer
from pydantic import ValidationError

from schemas.errors import NonConforming, Undecodable
from schemas.strict import StrictModel

Model = TypeVar("Model", bound=StrictModel)
Json = dict[str, Any]

_PRIMITIVES = {"string": "string", "integer": "long", "boolean": "boolean"}
_BOUNDS = (
    *("minLength", "maxLength", "pattern", "enum"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minItems", "maxItems", "minProperties", "maxProperties", "propertyNames"),
)
_AVRO_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def avro_schema(model: type[StrictModel], name: str, namespace: str, doc: str = "") -> Json:
    """The Avro record schema of `model`, the same for the same model every time.

    `doc` replaces the model's docstring. Raises TypeError for a field that has no exact Avro
    counterpart, such as a float.
    """
    source = model.model_json_schema()
    record = _Derivation(source.get("$defs", {})).record(name, source, doc)
    return {"type": "record", "name": name, "namespace": namespace, **record}


def conform(model: type[Model], value: Mapping[str, Any]) -> Model:
    """`value`, as read from JSON or Avro, as a model. Raises NonConforming, naming the field."""
    try:
        return model.model_validate_json(orjson.dumps(value))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise NonConforming(".".join(map(str, first["loc"])), first["msg"]) from None
    except TypeError as error:
        raise NonConforming("", f"cannot be written as JSON: {error}") from None


def encode(instance: StrictModel, parsed_schema: Any) -> bytes:
    """Avro binary of `instance`. Raises NonConforming when it does not fit the schema."""
    buffer = BytesIO()
    try:
        schemaless_writer(buffer, parsed_schema, instance.model_dump(mode="json"), strict=True)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        reason = f"{type(instance).__name__} does not fit its Avro schema: {error}"
        raise NonConforming("", reason) from error
    return buffer.getvalue()


def decode(value: bytes, parsed_schema: Any, model: type[Model]) -> Model:
    """The instance in Avro binary.

    Raises Undecodable when the bytes do not follow the schema to their end, and NonConforming
    when what they hold breaks a bound of the model.
    """
    buffer = BytesIO(value)
    try:
        record = schemaless_reader(buffer, parsed_schema, None)
    except Exception as error:  # fastavro raises many kinds on hostile bytes
        raise Undecodable("", f"not a {model.__name__}: {error!r}") from error
    if left := len(value) - buffer.tell():
        raise Undecodable("", f"{left} bytes follow the {model.__name__}")
    return conform(model, cast("Json", record))


class _Derivation:
    """One walk from JSON Schema to Avro; a named type is defined where it is first met."""

    def __init__(self, definitions: Json) -> None:
        self._definitions = definitions
        self._defined: set[str] = set()

    def record(self, name: str, source: Json, doc: str = "") -> Json:
        """`doc` and `fields` of one record."""
        required = source.get("required", ())
        fields = [
            self._field(name, key, value, required=key in required)
            for key, value in source.get("properties", {}).items()
        ]
        doc = doc or source.get("description", "")
        return {**({"doc": doc} if doc else {}), "fields": fields}

    def _field(self, record: str, name: str, source: Json, *, required: bool) -> Json:
        path = record + "".join(part.capitalize() for part in name.split("_"))
        field = {"name": name, "type": self._type(source, path)}
        if "description" in source:
            field["doc"] = source["description"]
        if not required and "default" in source:
            field["default"] = source["default"]
        return field

    def _type(self, source: Json, path: str) -> Any:
        if "anyOf" in source:
            return self._optional(source["anyOf"], path)
        if "$ref" in source:
            return self._named(source["$ref"].removeprefix("#/$defs/"))
        if "const" in source:
            source = {**source, "enum": [source["const"]]}
        match source:
            case {"type": "array", "items": items}:
                return {"type": "array", "items": self._type(items, path), **_bounds(source)}
            case {"type": "object", "additionalProperties": dict(values)}:
                return {"type": "map", "values": self._type(values, path), **_bounds(source)}
            case {"type": "string", "enum": symbols} if all(map(_AVRO_NAME.match, symbols)):
                return {"type": "enum", "name": path, "symbols": symbols}
            case {"type": "string" | "integer" | "boolean" as kind}:
                bounds = _bounds(source)
                return {"type": _PRIMITIVES[kind], **bounds} if bounds else _PRIMITIVES[kind]
        raise TypeError(f"{path} has no exact Avro type; use str, int, bool, tuple or dict")

    def _optional(self, choices: list[Json], path: str) -> Any:
        present = [choice for choice in choices if choice != {"type": "null"}]
        if len(present) != 1:
            raise TypeError(f"{path} is a union; only one with None has an exact Avro type")
        return ["null", self._type(present[0], path)]

    def _named(self, name: str) -> Any:
        if name in self._defined:
            return name
        self._defined.add(name)
        return {"type": "record", "name": name, **self.record(name, self._definitions[name])}


def _bounds(source: Json) -> Json:
    return {key: source[key] for key in _BOUNDS if key in source}
