"""The bounds of what outsiders publish: what Avro cannot say, checked before it goes further."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from schemas.errors import NonConforming
from schemas.strict import StrictModel

YEAR_2100_MS = 4_102_444_800_000
MAX_ID_CHARACTERS = 128


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("String should have no control or unprintable characters")
    return text


Id = Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARACTERS), AfterValidator(_printable)]
Name = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_printable)]
Label = Annotated[str, Field(min_length=1, max_length=32), AfterValidator(_printable)]
WorkspaceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}\z")]
TimeMs = Annotated[int, Field(gt=0, lt=YEAR_2100_MS)]


def conforming(bounds: type[StrictModel], record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `record`. Raises NonConforming, naming the first field out of bounds."""
    try:
        bounds.model_validate(dict(record))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"]))
        reason = f"{first['msg'].removeprefix('Value error, ')}; {_came(first)} came"
        raise NonConforming(field, reason) from None
    return dict(record)


def _came(error: Mapping[str, Any]) -> str:
    """What stood there: numbers as they are, all else by type and size, as it may be personal."""
    value = error["input"]
    if error["type"] == "missing":
        return "nothing"
    if value is None or isinstance(value, bool | int | float):
        return str(value)
    size = f" of length {len(value)}" if hasattr(value, "__len__") else ""
    return f"{type(value).__name__}{size}"
