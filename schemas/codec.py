"""Records to bytes and back, in the framing that Kafka tools read.

A framed value is a zero byte, the schema's id as four big-endian bytes, and Avro binary
(the Confluent wire format). Readers take any known version of the contract and resolve it
to the current one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, cast

from fastavro import schemaless_reader, schemaless_writer

from schemas.catalogue import Catalogue, Contract, catalogue
from schemas.errors import NonConforming, NotFramed, Undecodable, UnknownSchema, WrongSchema

MAGIC = 0
HEADER = struct.Struct(">bI")
SchemaLookup = Callable[[int], Contract | None]


class Codec:
    """Encodes and decodes the contracts of one catalogue.

    `ids` maps a contract's name to the id that a registry gave it; without it ids are
    fingerprints. `lookup` is asked for ids that the catalogue does not hold.
    """

    def __init__(
        self,
        known: Catalogue | None = None,
        ids: Mapping[str, int] | None = None,
        lookup: SchemaLookup | None = None,
    ) -> None:
        known = known or catalogue()
        self._current = known.current
        self._by_id = dict(known.by_id)
        self._headers: dict[str, bytes] = {}
        self._lookup = lookup
        for name, contract in known.current.items():
            assigned = (ids or {}).get(name, contract.schema_id)
            self._by_id[assigned] = contract
            self._headers[name] = HEADER.pack(MAGIC, assigned)

    def encode(self, name: str, record: Mapping[str, Any]) -> bytes:
        """Framed bytes of `record`. Raises NonConforming when it breaks its schema."""
        return self._write(name, record, self._headers[name])

    def encode_bare(self, name: str, record: Mapping[str, Any]) -> bytes:
        """Avro binary alone, for values inside another record."""
        return self._write(name, record, b"")

    def decode(self, name: str, value: bytes | None) -> dict[str, Any]:
        """The record of contract `name` in framed bytes.

        Raises NotFramed, UnknownSchema, WrongSchema or Undecodable.
        """
        return self._read(self.version_of(name, value), cast("bytes", value), HEADER.size)

    def decode_bare(self, name: str, value: bytes) -> dict[str, Any]:
        """The record in Avro binary written with the current schema. Raises Undecodable."""
        return self._read(self._current[name], value, 0)

    def version_of(self, name: str, value: bytes | None) -> Contract:
        """The version of contract `name` that a framed value was written with; it is not decoded.

        Raises NotFramed, UnknownSchema or WrongSchema.
        """
        writer = self.writer(value)
        if writer.name != name:
            raise WrongSchema("", f"holds {writer.name}, and only {name} belongs here")
        return writer

    def writer(self, value: bytes | None) -> Contract:
        """The contract that a framed value names. Raises NotFramed or UnknownSchema."""
        if value is None or len(value) < HEADER.size:
            raise NotFramed("", "too short for a zero byte and a four-byte schema id")
        magic, schema_id = HEADER.unpack_from(value)
        if magic != MAGIC:
            raise NotFramed("", f"begins with byte {value[0]}, and framed Avro begins with 0")
        contract = self._by_id.get(schema_id) or self._ask(schema_id)
        if contract is None:
            raise UnknownSchema("", f"no schema has id {schema_id}")
        return contract

    def _ask(self, schema_id: int) -> Contract | None:
        contract = self._lookup(schema_id) if self._lookup else None
        if contract is not None:
            self._by_id[schema_id] = contract
        return contract

    def _write(self, name: str, record: Mapping[str, Any], header: bytes) -> bytes:
        buffer = BytesIO()
        buffer.write(header)
        try:
            schemaless_writer(buffer, self._current[name].parsed, record, strict=True)
        except (ValueError, TypeError, KeyError, OverflowError, AttributeError) as error:
            raise NonConforming("", f"not a {name}: {error}") from error
        return buffer.getvalue()

    def _read(self, writer: Contract, value: bytes, start: int) -> dict[str, Any]:
        current = self._current[writer.name]
        buffer = BytesIO(value)
        buffer.seek(start)
        reader = None if writer is current else current.parsed
        try:
            record = schemaless_reader(buffer, writer.parsed, reader)
        except Exception as error:  # fastavro raises many kinds on hostile bytes
            raise Undecodable("", f"not a {writer.name}: {error!r}") from error
        if buffer.tell() != len(value):
            raise Undecodable("", f"{len(value) - buffer.tell()} bytes follow the {writer.name}")
        return cast("dict[str, Any]", record)
