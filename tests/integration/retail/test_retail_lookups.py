"""The tools without recorded steps. Each choice is in a test's name."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.derive import conform
from schemas.errors import NonConforming
from tests.integration.retail.desk import Desk, context, recorded_store
from workflows.retail_support.toolbox import open_toolbox
from workflows.retail_support.tools.desk import Calculate

NEW_ADDRESS = {
    "address1": "9 New St",
    "address2": "",
    "city": "Reno",
    "country": "USA",
    "state": "NV",
    "zip": "89501",
}


def test_details_of_every_kind_are_the_recorded_records(desk: Desk) -> None:
    store = recorded_store()
    for kind in ("order", "product", "user"):
        for key, record in list(store[f"{kind}s"].items())[:20]:
            details = desk.call(f"get_{kind}_details", {f"{kind}_id": key})
            assert details == (record, None)


@pytest.mark.parametrize("kind", ["order", "product", "user"])
def test_details_of_what_does_not_exist_are_refused(desk: Desk, kind: str) -> None:
    answer = desk.call(f"get_{kind}_details", {f"{kind}_id": "nobody"})
    assert answer == (None, f"Error: {kind} not found")


def test_a_customer_is_found_by_email_whatever_its_case(desk: Desk) -> None:
    for user_id, user in list(recorded_store()["users"].items())[:20]:
        found = desk.call("find_user_id_by_email", {"email": user["email"].upper()})
        assert found == (user_id, None)


def test_a_customer_is_found_by_name_whatever_its_case_and_zip(desk: Desk) -> None:
    for user_id, user in list(recorded_store()["users"].items())[:20]:
        name = {key: part.upper() for key, part in user["name"].items()}
        zip_code = {"zip": user["address"]["zip"]}
        assert desk.call("find_user_id_by_name_zip", {**name, **zip_code}) == (user_id, None)
        wrong = desk.call("find_user_id_by_name_zip", {**name, "zip": "00000"})
        assert wrong == (None, "Error: user not found")


def test_a_customer_with_an_unknown_email_is_refused_and_wildcards_mean_nothing(
    desk: Desk,
) -> None:
    for email in ("nobody@example.com", "%", "_"):
        assert desk.call("find_user_id_by_email", {"email": email}) == (
            None,
            "Error: user not found",
        )


def test_product_types_are_names_with_ids_sorted_by_name(desk: Desk) -> None:
    types, _ = desk.call("list_all_product_types", {})
    products = recorded_store()["products"].values()
    assert types == {product["name"]: product["product_id"] for product in products}
    assert list(types) == sorted(types)
    assert len(types) == 50


def test_a_calculation_is_text_with_one_or_two_decimals(desk: Desk) -> None:
    assert desk.call("calculate", {"expression": "(195.59 + 158.9) * 2"}) == ("708.98", None)


def test_a_new_default_address_leaves_the_orders_of_the_customer_alone(desk: Desk) -> None:
    user_id, user = next(iter(recorded_store()["users"].items()))
    changed = {**user, "address": NEW_ADDRESS}
    answer = desk.call("modify_user_address", {"user_id": user_id, **NEW_ADDRESS})
    assert answer == (changed, None)
    assert desk.store.changed_by("run") == {"users": {user_id: changed}}
    assert desk.store.dump()["orders"] == recorded_store()["orders"]


def test_a_new_address_for_an_unknown_customer_is_refused(desk: Desk) -> None:
    answer = desk.call("modify_user_address", {"user_id": "nobody", **NEW_ADDRESS})
    assert answer == (None, "Error: user not found")


def test_a_transfer_always_succeeds_and_is_logged_with_its_summary(desk: Desk) -> None:
    arguments = {"summary": "wants a person"}
    answer = desk.call("transfer_to_human_agents", arguments)
    assert answer == ("Transfer successful", None)
    assert [(e["tool"], e["arguments"]) for e in desk.entries()] == [
        ("transfer_to_human_agents", arguments)
    ]
    assert desk.store.changed_by("run") == {}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("cancel_pending_order", {"reason": "no longer needed"}),
        ("modify_pending_order_payment", {"payment_method_id": "p"}),
        ("return_delivered_order_items", {"payment_method_id": "p", "item_ids": ["1"]}),
    ],
)
def test_a_write_to_an_unknown_order_is_refused(
    desk: Desk, tool: str, arguments: dict[str, Any]
) -> None:
    answer = desk.call(tool, {"order_id": "#W0000000", **arguments})
    assert answer == (None, "Error: order not found")


def test_reads_leave_no_entry_in_the_log(desk: Desk) -> None:
    desk.call("get_order_details", {"order_id": next(iter(recorded_store()["orders"]))})
    desk.call("calculate", {"expression": "1"})
    assert desk.entries() == []


def test_a_toolbox_refuses_unknown_tools_and_foreign_arguments_by_name(
    store_url: str,
) -> None:
    toolbox = open_toolbox({"store_url": store_url})
    arguments = conform(Calculate, {"expression": "1"})
    with pytest.raises(NonConforming, match="drop_tables is unknown"):
        toolbox.perform("drop_tables", arguments, context("key", "run"))
    with pytest.raises(NonConforming, match="takes GetOrderDetails, not Calculate"):
        toolbox.perform("get_order_details", arguments, context("key", "run"))
    toolbox.close()
