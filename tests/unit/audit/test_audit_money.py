"""Money on the ledger: the book is kept again, and every cap is held against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from schemas.control import KINDS
from streams.core import tables
from streams.core.audit.account_book import AccountBook
from tests.builders import CODEC, contract, event, result, workflow
from tests.unit.audit.tampering import audited, copied, forged, kinds
from tests.unit.sinks.world import World

if TYPE_CHECKING:
    from schemas.records import Call, CallResult, Decision, LedgerBlock, Spend

Edit = Callable[["Decision"], None]


def at_first(entry: str, edit: Callable[[Decision, Spend], None]) -> Callable[..., None]:
    """Change the first decision that has such a movement."""
    done: list[int] = []

    def change(offset: int, block: LedgerBlock) -> None:
        for decision in block["decisions"]:
            for movement in decision["spend"]:
                if movement["entry"] == entry and not done:
                    done.append(offset)
                    edit(decision, movement)

    return change


async def messages(change: Callable[..., None]) -> str:
    report = await audited(forged(copied(), change))
    return "\n".join(finding.message for finding in report.findings)


async def test_forging_nothing_leaves_nothing_to_find() -> None:
    assert await kinds(forged(copied(), lambda *_: None)) == set()


async def test_a_settlement_above_its_reservation_is_found() -> None:
    def dearer(_: Decision, movement: Spend) -> None:
        movement["amount_usd_micros"] = 10**9

    assert "above the" in await messages(at_first("settle", dearer))


async def test_a_second_settlement_is_found() -> None:
    def twice(decision: Decision, movement: Spend) -> None:
        decision["spend"].append(movement)

    assert "is settled a second time" in await messages(at_first("settle", twice))


async def test_a_settlement_of_what_was_never_reserved_is_found() -> None:
    def unheard_of(_: Decision, movement: Spend) -> None:
        movement["call_id"] = "unheard-of"

    assert "was never reserved" in await messages(at_first("settle", unheard_of))


async def test_a_call_without_a_reservation_is_found() -> None:
    def free(decision: Decision, _: Spend) -> None:
        decision["spend"].clear()

    assert "is emitted without its reservation" in await messages(at_first("reserve", free))


async def test_a_reservation_smaller_than_its_call_says_is_found() -> None:
    def smaller(_: Decision, movement: Spend) -> None:
        movement["amount_usd_micros"] -= 1

    assert "is emitted without its reservation" in await messages(at_first("reserve", smaller))


async def test_a_reservation_that_leaves_out_an_account_is_found() -> None:
    def incomplete(_: Decision, movement: Spend) -> None:
        movement["accounts"].pop()

    assert "is not held against" in await messages(at_first("reserve", incomplete))


def entry(spent: int, held: int) -> bytes:
    return CODEC.encode("budget_entry", {"spent_usd_micros": spent, "reserved_usd_micros": held})


def budget_changes(decision: Decision) -> list[Any]:
    return [change for change in decision["changes"] if change["table"] == tables.BUDGET]


async def test_a_table_entry_that_does_not_follow_from_its_movements_is_found() -> None:
    def lower(decision: Decision, _: Spend) -> None:
        budget_changes(decision)[0]["value"] = entry(0, 1)

    assert "and its movements make" in await messages(at_first("reserve", lower))


async def test_an_account_that_moved_without_its_entry_is_found() -> None:
    def unwritten(decision: Decision, _: Spend) -> None:
        for change in budget_changes(decision):
            decision["changes"].remove(change)

    assert "moved and its entry did not" in await messages(at_first("reserve", unwritten))


async def test_an_account_that_is_dropped_while_money_is_held_is_found() -> None:
    def dropped(decision: Decision, _: Spend) -> None:
        budget_changes(decision)[0]["value"] = None

    assert "is dropped while" in await messages(at_first("reserve", dropped))


@pytest.mark.parametrize(
    "changes",
    [
        {"max_run_usd_micros": 300},
        {"caps": [{"scope": "user", "window": "day", "usd_micros": 300}]},
    ],
)
async def test_spending_above_a_cap_of_the_contract_is_found(changes: dict[str, Any]) -> None:
    """The runs were decided under a wider contract than the one that the audit is given."""
    report = await audited(copied(), {"tiny@1": contract(**changes)})

    assert "cap" in {finding.kind for finding in report.findings}
    assert "exceeds its cap of 300 micro-USD" in "".join(f.message for f in report.findings)


async def test_a_cap_that_no_reservation_was_held_against_is_found() -> None:
    caps = [{"scope": "workspace", "window": "day", "usd_micros": 10**9}]

    report = await audited(copied(), {"tiny@1": contract(caps=caps)})

    assert any("workspace acme per day" in finding.message for finding in report.findings)


async def test_caps_of_a_contract_that_is_not_here_are_not_checked_and_that_is_said() -> None:
    report = await audited(copied(), {"tiny@2": workflow().contract})

    assert report.passed
    assert report.counts["calls under contracts that are not here: caps not checked"] == 12


def overbilled(call: Call) -> CallResult:
    """A tool bills one micro-USD more than was held for it."""
    more = 1 if call["kind"] == "tool" else 0
    return result(call, cost_usd_micros=call["reserved_usd_micros"] * more + more)


def world_of_violations() -> World:
    """A run whose cap is passed by what a tool bills, and one that finds the tool disabled."""
    flow = workflow(caps=[{"scope": "tool", "name": "look", "window": "day", "usd_micros": 20}])
    return World(flow, overbilled).run({"event_id": "a"}).run({"event_id": "b"})


async def test_a_violation_is_counted_and_no_fault_of_the_ledger() -> None:
    world = world_of_violations()

    report = await audited(dict(world.topics), {"tiny@1": world.flow.contract})

    assert [finding.message for finding in report.findings] == []
    assert report.counts["calls that their provider billed above the reservation"] == 1


async def test_a_violation_that_was_never_settled_is_found() -> None:
    def unheard_of(_: Decision, movement: Spend) -> None:
        movement["call_id"] = "unheard-of"

    topics = forged(dict(world_of_violations().topics), at_first("violation", unheard_of))

    report = await audited(topics)
    assert "has a violation and was never settled" in "".join(f.message for f in report.findings)


def test_a_violation_of_nothing_is_refused() -> None:
    book = AccountBook()
    book.take(moved("reserve", 10, "day|1"))
    book.take(moved("settle", 10, "day|1"))

    assert "a violation of 0 micro-USD" in str(book.take(moved("violation", 0, "day|1")))
    assert book.take(moved("violation", 5, "day|1")) is None
    assert (book.balance("day|1"), book.overbilled["day|1"]) == ((15, 0), 5)


def moved(kind: str, amount: int, *accounts: str) -> Spend:
    return {
        "entry": kind,  # type: ignore[typeddict-item]
        "call_id": "c",
        "name": "n",
        "amount_usd_micros": amount,
        "accounts": list(accounts),
    }


def test_a_cost_in_a_later_window_counts_in_both() -> None:
    book = AccountBook()

    assert book.take(moved("reserve", 10, "day|1")) is None
    assert book.take(moved("settle", 4, "day|1", "day|2")) is None
    assert (book.balance("day|1"), book.balance("day|2")) == ((4, 0), (4, 0))


def test_a_release_gives_back_all_that_was_held() -> None:
    book = AccountBook()

    assert book.take(moved("reserve", 10, "day|1")) is None
    assert book.take(moved("release", 10, "day|1")) is None
    assert book.balance("day|1") == (0, 0)


def test_a_negative_amount_is_refused() -> None:
    assert "-1 micro-USD" in str(AccountBook().take(moved("reserve", -1)))


def test_a_call_is_reserved_once() -> None:
    book = AccountBook()
    book.take(moved("reserve", 10, "day|1"))

    assert "a second time" in str(book.take(moved("reserve", 10, "day|1")))


async def test_what_is_held_from_the_day_before_counts_against_the_cap_of_today() -> None:
    world = World()
    for number, user_waits in enumerate(("first", "second")):
        world.now_ms += number * 86_400_000
        world.publish("state.intake", CODEC.encode("intake_event", event(1, event_id=user_waits)))
        for _ in ("intake", "retrieval"):
            world.worker.decide(world.worker.waiting())
    caps = [{"scope": "user", "window": "day", "usd_micros": 75}]

    report = await audited(dict(world.topics), {"tiny@1": contract(caps=caps)})

    assert [finding.kind for finding in report.findings] == ["cap"]
    assert "0 spent and 100 held" in report.findings[0].message


def raised(usd_micros: int) -> bytes:
    """An operator raises the cap of all users' days."""
    cap = {"scope": "user", "owner": "*", "window": "day", "time_zone": "UTC", "name": None}
    named = {"command_id": "c", "workspace": "acme", "who": "fay", "why": "launch"}
    said = {**dict.fromkeys(KINDS), "cap": {**cap, "usd_micros": usd_micros}}
    return CODEC.encode("control_command", {**named, "issued_at_ms": 1, **said})


async def test_a_cap_raised_by_an_operator_counts_from_there_on_and_a_paused_run_is_audited() -> (
    None
):
    caps = [{"scope": "user", "window": "day", "usd_micros": 300}]
    world = World(workflow(caps=caps, ladder=[{"rung": "pause", "hours": 24}]))
    world.run({"event_id": "a"})
    assert not world.topics["outcomes"]

    world.publish("control.commands", raised(2_000_000))
    world.run()

    assert len(world.topics["outcomes"]) == 1
    report = await audited(dict(world.topics), {"tiny@1": world.flow.contract})
    assert [finding.message for finding in report.findings] == []
