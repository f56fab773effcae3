"""The 15 tools as the rest of Tollway sees them."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files

import orjson
import pytest
from fastavro import parse_schema

from schemas.derive import conform, decode, encode
from schemas.errors import NonConforming
from workflows.retail_support.schemas import derived
from workflows.retail_support.store.acts import ACTS
from workflows.retail_support.store.lookups import READS
from workflows.retail_support.tools import TOOLS

ADDRESS = {"address1", "address2", "city", "state", "country", "zip"}
ARGUMENTS = {
    "calculate": {"expression"},
    "cancel_pending_order": {"order_id", "reason"},
    "exchange_delivered_order_items": {
        *("order_id", "item_ids", "new_item_ids", "payment_method_id"),
    },
    "find_user_id_by_email": {"email"},
    "find_user_id_by_name_zip": {"first_name", "last_name", "zip"},
    "get_order_details": {"order_id"},
    "get_product_details": {"product_id"},
    "get_user_details": {"user_id"},
    "list_all_product_types": set(),
    "modify_pending_order_address": {"order_id", *ADDRESS},
    "modify_pending_order_items": {"order_id", "item_ids", "new_item_ids", "payment_method_id"},
    "modify_pending_order_payment": {"order_id", "payment_method_id"},
    "modify_user_address": {"user_id", *ADDRESS},
    "return_delivered_order_items": {"order_id", "item_ids", "payment_method_id"},
    "transfer_to_human_agents": {"summary"},
}
SPECS = {spec.name: spec for spec in TOOLS}
PACKAGE = files("workflows.retail_support")


def test_there_are_15_tools_with_exactly_the_arguments_of_the_store() -> None:
    assert {spec.name: set(spec.arguments.model_fields) for spec in TOOLS} == ARGUMENTS


def test_every_argument_is_required_and_described() -> None:
    for spec in TOOLS:
        for name, field in spec.arguments.model_fields.items():
            assert field.is_required(), (spec.name, name)
            assert field.description, (spec.name, name)


def test_every_write_and_only_a_write_enforces_idempotency_keys() -> None:
    assert all(spec.idempotent == (spec.effect == "write") for spec in TOOLS)


def test_every_tool_is_either_looked_up_or_acted_on() -> None:
    assert {spec.name for spec in TOOLS if spec.effect == "read"} == set(READS)
    assert {spec.name for spec in TOOLS if spec.effect == "write"} == set(ACTS)


def test_importing_the_specs_needs_no_database() -> None:
    code = "import sys, workflows.retail_support.tools; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_checked_in_schemas_are_those_of_the_models() -> None:
    folder = PACKAGE / "schemas"
    present = {p.name: p.read_bytes() for p in folder.iterdir() if p.name.endswith(".avsc")}
    message = "run: python -m workflows.retail_support.schemas"
    assert present == dict(derived()), message


def test_all_recorded_arguments_conform_and_survive_the_wire() -> None:
    schemas = {s.name: parse_schema(s.arguments_schema("retail_support")) for s in TOOLS}
    for line in (PACKAGE / "evals" / "requests.jsonl").read_bytes().splitlines():
        for step in orjson.loads(line)["steps"]:
            name = step["tool"]
            arguments = conform(SPECS[name].arguments, step["arguments"])
            value = encode(arguments, schemas[name])
            assert decode(value, schemas[name], SPECS[name].arguments) == arguments


@pytest.mark.parametrize(
    ("tool", "change", "field"),
    [
        ("cancel_pending_order", {"reason": "changed my mind"}, "reason"),
        ("cancel_pending_order", {"order_id": ""}, "order_id"),
        ("cancel_pending_order", {"order_id": "#W1; drop"}, "order_id"),
        ("cancel_pending_order", {"order_id": "#" + "1" * 64}, "order_id"),
        ("cancel_pending_order", {"force": True}, "force"),
    ],
)
def test_arguments_out_of_bounds_are_refused_by_field(
    tool: str, change: dict[str, object], field: str
) -> None:
    good = {"order_id": "#W0000000", "reason": "no longer needed"}
    with pytest.raises(NonConforming) as caught:
        conform(SPECS[tool].arguments, {**good, **change})
    assert caught.value.field == field
