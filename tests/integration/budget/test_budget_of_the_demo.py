"""Every answer for finance about the demo, against what the demo itself printed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.integration.budget.conftest import Demo


def test_each_run_is_explained_to_the_micro_dollar_that_it_printed(demo: Demo) -> None:
    for event_id, told in demo.requests.items():
        found = demo.ask("explain", event_id)
        assert found["wrong"] == []
        assert found["outcome_usd_micros"] == told["spent_usd_micros"]
        assert sum(c["cost_usd_micros"] for c in found["calls"]) == told["spent_usd_micros"]
        assert all(call["price_book"] and call["contract"] for call in found["calls"])


def test_the_accounts_of_each_scope_and_the_runs_behind_them_come_to_what_was_spent(
    demo: Demo,
) -> None:
    accounts = demo.ask("show", "--runs")["accounts"]
    for scope in ("user", "workspace", "tool"):
        rows = [row for row in accounts if row["scope"] == scope]
        behind = [run for row in rows for run in row["runs"]]
        assert sum(row["spent_usd_micros"] for row in rows) == demo.spent_usd_micros
        assert sum(run["spent_usd_micros"] for run in behind) == demo.spent_usd_micros
        assert all(row["cap_usd_micros"] for row in rows)
        assert all(row["reserved_usd_micros"] == 0 for row in rows)
    assert {row["time_zone"] for row in accounts} == {"UTC"}


def test_every_account_has_a_forecast_or_a_reason(demo: Demo) -> None:
    rows = demo.ask("forecast")["accounts"]
    assert rows
    assert all((row["cap_reached_at"] is None) != (row["no_forecast"] is None) for row in rows)


def test_the_month_is_charged_back_to_the_micro_dollar(demo: Demo) -> None:
    months = {f"{datetime.now(UTC):%Y-%m}"}
    for by in ("workspace,user,workflow,intent", "name", "tier,region,outcome"):
        told = [demo.ask("chargeback", "--month", month, "--by", by) for month in months]
        assert sum(each["usd_micros"] for each in told) == demo.spent_usd_micros
        rows = [row for each in told for row in each["charges"]]
        assert sum(row["usd_micros"] for row in rows) == demo.spent_usd_micros


def test_a_bill_of_the_models_calls_fits_by_id_and_by_what_it_says(
    demo: Demo, tmp_path: Path
) -> None:
    calls = [
        call
        for event_id in demo.requests
        for call in demo.ask("explain", event_id)["calls"]
        if call["kind"] == "model"
    ]
    rows = [
        f"{call['call_id'] if number % 2 else ''},{call['name']},"
        f"{call['cost_usd_micros'] / 1e6:.6f},{call['issued_at_ms']}"
        for number, call in enumerate(calls)
    ]
    bill = tmp_path / "bill.csv"
    bill.write_text("\n".join(["call_id,name,amount,time", *rows]))
    found = demo.ask("reconcile", str(bill))

    assert len(calls) >= 2 * len(demo.requests)
    assert (found["matched"], found["differences"], found["unreadable"]) == (len(calls), [], [])
    assert found["billed_usd_micros"] == found["ledger_usd_micros"]


def test_the_page_for_finance_shows_what_explain_prints(demo: Demo) -> None:
    printed = demo.print("explain", "train-000").strip()
    assert f"```\n{printed}\n```" in Path("docs/budget.md").read_text("utf-8")
