"""Strict models on the wire: what conforms goes through unchanged, nothing else gets in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal

import pytest
from fastavro import parse_schema
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from schemas.derive import avro_schema, conform, decode, encode
from schemas.errors import NonConforming, RecordError, Undecodable
from schemas.strict import StrictModel

Short = Annotated[str, Field(min_length=1, max_length=8)]
Small = Annotated[int, Field(ge=-5, le=5)]


class Inner(StrictModel):
    """A part."""

    count: Small
    kind: Literal["plain", "fancy"]


class Outer(StrictModel):
    """A whole."""

    name: Short = Field(description="What it is called.")
    ready: bool
    reason: Literal["no longer needed", "by mistake"]
    inner: Inner
    more: tuple[Inner, ...] = Field(max_length=3)
    maybe: Inner | None = None
    tags: tuple[Short, ...] | None = None
    options: dict[str, str]


SCHEMA = avro_schema(Outer, "Whole", "test.retail")
PARSED = parse_schema(SCHEMA)

shorts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
inners = st.builds(Inner, count=st.integers(-5, 5), kind=st.sampled_from(["plain", "fancy"]))
outers = st.builds(
    Outer,
    name=shorts,
    ready=st.booleans(),
    reason=st.sampled_from(["no longer needed", "by mistake"]),
    inner=inners,
    more=st.lists(inners, max_size=3).map(tuple),
    maybe=st.none() | inners,
    tags=st.none() | st.lists(shorts).map(tuple),
    options=st.dictionaries(shorts, shorts),
)
GOOD: Mapping[str, Any] = {
    "name": "a",
    "ready": True,
    "reason": "by mistake",
    "inner": {"count": 1, "kind": "plain"},
    "more": [],
    "options": {},
}


def test_a_derived_schema_keeps_types_bounds_documentation_and_defaults() -> None:
    assert SCHEMA == {
        "type": "record",
        "name": "Whole",
        "namespace": "test.retail",
        "doc": "A whole.",
        "fields": [
            {
                "name": "name",
                "type": {"type": "string", "minLength": 1, "maxLength": 8},
                "doc": "What it is called.",
            },
            {"name": "ready", "type": "boolean"},
            {
                "name": "reason",
                "type": {"type": "string", "enum": ["no longer needed", "by mistake"]},
            },
            {
                "name": "inner",
                "type": {
                    "type": "record",
                    "name": "Inner",
                    "doc": "A part.",
                    "fields": [
                        {"name": "count", "type": {"type": "long", "minimum": -5, "maximum": 5}},
                        {
                            "name": "kind",
                            "type": {
                                "type": "enum",
                                "name": "InnerKind",
                                "symbols": ["plain", "fancy"],
                            },
                        },
                    ],
                },
            },
            {"name": "more", "type": {"type": "array", "items": "Inner", "maxItems": 3}},
            {"name": "maybe", "type": ["null", "Inner"], "default": None},
            {
                "name": "tags",
                "type": [
                    "null",
                    {
                        "type": "array",
                        "items": {"type": "string", "minLength": 1, "maxLength": 8},
                    },
                ],
                "default": None,
            },
            {"name": "options", "type": {"type": "map", "values": "string"}},
        ],
    }


def test_a_given_description_replaces_the_docstring() -> None:
    assert avro_schema(Inner, "Part", "test", "Said elsewhere.")["doc"] == "Said elsewhere."


@pytest.mark.parametrize("annotation", [float, dict[str, Any], int | str, tuple[int, str]])
def test_a_type_without_an_exact_avro_counterpart_is_refused(annotation: Any) -> None:
    model = type("Odd", (StrictModel,), {"__annotations__": {"value": annotation}})
    with pytest.raises(TypeError, match="OddValue"):
        avro_schema(model, "Odd", "test")


@given(outers)
def test_an_instance_survives_the_wire(instance: Outer) -> None:
    assert decode(encode(instance, PARSED), PARSED, Outer) == instance


@given(outers, st.integers(min_value=1))
def test_bytes_cut_short_never_decode(instance: Outer, cut: int) -> None:
    value = encode(instance, PARSED)
    with pytest.raises(RecordError):
        decode(value[: -(cut % len(value) or 1)], PARSED, Outer)


@given(outers, st.binary(min_size=1))
def test_bytes_that_follow_a_record_are_refused(instance: Outer, rest: bytes) -> None:
    with pytest.raises(Undecodable, match="bytes follow"):
        decode(encode(instance, PARSED) + rest, PARSED, Outer)


@given(st.binary())
def test_hostile_bytes_raise_nothing_but_a_record_error(value: bytes) -> None:
    with suppress(RecordError):
        decode(value, PARSED, Outer)


def test_a_bound_holds_for_decoded_bytes_and_the_error_names_the_field() -> None:
    beyond = Inner.model_construct(count=6, kind="plain")
    good = conform(Outer, GOOD)
    value = encode(good.model_copy(update={"more": (good.inner, beyond)}), PARSED)
    with pytest.raises(NonConforming, match=r"^more\.1\.count: .*less than or equal to 5"):
        decode(value, PARSED, Outer)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"surplus": 1}, "surplus"),
        ({"inner": {"count": 1, "kind": "plain", "surplus": 1}}, "inner.surplus"),
        ({"name": 5}, "name"),
        ({"name": ""}, "name"),
        ({"name": "far too long"}, "name"),
        ({"ready": 1}, "ready"),
        ({"ready": "true"}, "ready"),
        ({"reason": "by accident"}, "reason"),
        ({"inner": {"count": "1", "kind": "plain"}}, "inner.count"),
        ({"inner": {"count": 1.0, "kind": "plain"}}, "inner.count"),
        ({"inner": {"count": True, "kind": "plain"}}, "inner.count"),
        ({"inner": {"count": -6, "kind": "plain"}}, "inner.count"),
        ({"inner": {"kind": "plain"}}, "inner.count"),
        ({"more": [{"count": 0, "kind": "plain"}] * 4}, "more"),
        ({"tags": ["a", ""]}, "tags.1"),
        ({"options": {"a": 1}}, "options.a"),
        ({"options": {1: "a"}}, ""),
        ({"name": b"a"}, ""),
    ],
)
def test_what_does_not_conform_is_refused_by_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(NonConforming) as caught:
        conform(Outer, {**GOOD, **change})
    assert caught.value.field == field


def test_a_refused_value_is_not_repeated_in_the_error() -> None:
    with pytest.raises(NonConforming) as caught:
        conform(Outer, {**GOOD, "name": "personal data"})
    assert "personal" not in str(caught.value)


@given(outers, shorts.filter(lambda name: name not in Outer.model_fields))
def test_an_unknown_field_is_refused_whatever_its_name(instance: Outer, name: str) -> None:
    with pytest.raises(NonConforming):
        conform(Outer, {**instance.model_dump(mode="json"), name: "x"})


def test_an_instance_that_its_schema_does_not_know_is_not_encoded() -> None:
    narrower = {**SCHEMA, "fields": SCHEMA["fields"][:-1]}
    with pytest.raises(NonConforming, match="Outer does not fit"):
        encode(conform(Outer, GOOD), parse_schema(narrower))


def test_an_integer_beyond_an_avro_long_is_not_encoded() -> None:
    wide = type("Wide", (StrictModel,), {"__annotations__": {"value": int}})
    schema = parse_schema(avro_schema(wide, "Wide", "test"))
    with pytest.raises(NonConforming, match="Wide does not fit"):
        encode(conform(wide, {"value": 2**63}), schema)


def test_a_model_does_not_change_and_a_changed_copy_is_checked() -> None:
    inner = Inner(count=1, kind="plain")
    with pytest.raises(ValidationError):
        inner.count = 2  # type: ignore[misc]
    assert inner.replaced(count=2) == Inner(count=2, kind="plain")
    for change in ({"count": 6}, {"surplus": 1}):
        with pytest.raises(ValidationError):
            inner.replaced(**change)
