"""Outcomes, inputs, claims, snapshots and pointers on a chain that is itself unbroken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from streams.core import tables
from streams.core.approvals.questions import QUESTIONS
from tests.builders import CODEC
from tests.unit.audit.tampering import audited, block, copied, forged, kinds

if TYPE_CHECKING:
    from schemas.records import Decision, LedgerBlock


async def messages(change: Callable[[int, LedgerBlock], None], stream: str = "ledger") -> str:
    report = await audited(forged(copied(), change, stream))
    return "\n".join(finding.message for finding in report.findings)


def decisions_with(test: Callable[[Decision], bool], edit: Callable[[Decision], Any]) -> Any:
    """Change the first decision that passes a test."""
    done: list[bool] = []

    def change(_: int, block: LedgerBlock) -> None:
        for decision in block["decisions"]:
            if not done and test(decision):
                done.append(True)
                edit(decision)

    return change


def emits(topic: str) -> Callable[[Decision], bool]:
    return lambda decision: any(emit["topic"] == topic for emit in decision["emits"])


async def test_a_second_outcome_of_a_run_is_found() -> None:
    def twice(decision: Decision) -> None:
        decision["emits"] = [*decision["emits"], *decision["emits"]]

    assert "which was never begun here" in await messages(decisions_with(emits("outcomes"), twice))


async def test_a_run_that_goes_on_after_its_outcome_is_found() -> None:
    seen: dict[str, Decision] = {}

    def again(_: int, block: LedgerBlock) -> None:
        for decision in block["decisions"]:
            if decision["rule"] == "plan.call":
                seen.setdefault("call", decision)
        if any(map(emits("outcomes"), block["decisions"])):
            block["decisions"].append(seen["call"])

    assert "has had its outcome and goes on" in await messages(again)


def decided_after_the_outcome(**changes: Any) -> Callable[[int, LedgerBlock], None]:
    """Somebody answers a question of the run of the first outcome when it is over."""

    def change(_: int, block: LedgerBlock) -> None:
        ended = next((one for one in block["decisions"] if emits("outcomes")(one)), None)
        if ended is not None:
            news = {"topic": QUESTIONS, "key": ended["workspace"], "value": b""}
            nothing = {"changes": [], "spend": [], "accesses": [], "emits": [news]}
            late: Any = {**ended, **nothing, "rule": "approval.late", **changes}
            block["decisions"].append(late)

    return change


async def test_a_person_who_answers_after_the_end_is_told_so_and_nothing_is_found() -> None:
    assert "goes on" not in await messages(decided_after_the_outcome())


async def test_an_answer_that_changes_something_after_the_end_is_found() -> None:
    change = {"table": tables.RUNS, "key": "acme|r", "value": None}
    assert "goes on" in await messages(decided_after_the_outcome(changes=[change]))


async def test_an_outcome_that_says_another_cost_than_its_calls_is_found() -> None:
    def dearer(decision: Decision) -> None:
        outcome = CODEC.decode("outcome", decision["emits"][0]["value"])
        outcome["spent_usd_micros"] += 1
        decision["emits"][0]["value"] = CODEC.encode("outcome", outcome)

    assert "and its calls came to" in await messages(decisions_with(emits("outcomes"), dearer))


async def test_open_runs_are_counted_and_are_no_fault() -> None:
    topics = copied()
    for stream in ("ledger", "outcomes"):
        del topics[stream][-1]

    report = await audited(topics)

    assert report.passed
    assert report.counts["runs still open"] == 1


async def test_an_input_that_is_decided_twice_is_found() -> None:
    def earlier(decision: Decision) -> None:
        decision["input_offset"] = 0

    second = decisions_with(
        lambda decision: decision["input_topic"] == "state.plan" and decision["input_offset"] == 1,
        earlier,
    )

    assert "which was decided before" in await messages(second)


async def test_an_input_that_no_block_emitted_is_found() -> None:
    def from_nowhere(decision: Decision) -> None:
        decision["input_place"] = None

    change = decisions_with(lambda d: d["input_topic"] == "call.results", from_nowhere)

    assert "which no block emitted" in await messages(change)


async def test_an_input_from_a_place_that_emits_something_else_is_found() -> None:
    def elsewhere(decision: Decision) -> None:
        decision["input_place"] = {"stream": "journal.model", "offset": 0, "index": 0}

    change = decisions_with(lambda d: d["input_topic"] == "call.results", elsewhere)

    assert "and no valid block emits it there" in await messages(change)


async def test_an_answer_without_its_claim_is_found() -> None:
    def unclaimed(decision: Decision) -> None:
        decision["changes"].clear()

    change = decisions_with(lambda d: d["rule"] == "call.claimed", unclaimed)

    assert "is answered and was never claimed" in await messages(change, "journal.tool")


async def test_a_second_answer_is_found() -> None:
    def twice(decision: Decision) -> None:
        decision["emits"] = [*decision["emits"], *decision["emits"]]

    change = decisions_with(emits("call.results"), twice)

    assert "is answered a second time" in await messages(change, "journal.tool")


async def test_a_second_claim_is_found() -> None:
    def twice(decision: Decision) -> None:
        decision["changes"] = [*decision["changes"], *decision["changes"]]

    change = decisions_with(lambda d: d["rule"] == "call.claimed", twice)

    assert "is claimed a second time" in await messages(change, "journal.tool")


async def test_a_claim_that_is_dropped_without_an_answer_is_found() -> None:
    def silent(decision: Decision) -> None:
        decision["emits"] = []

    change = decisions_with(emits("call.results"), silent)

    assert "is dropped without an answer" in await messages(change, "journal.tool")


async def test_a_claim_of_a_call_that_the_ledger_never_emitted_is_found() -> None:
    def invented(decision: Decision) -> None:
        decision["input_place"] = {"stream": "ledger", "offset": 0, "index": 5}

    change = decisions_with(lambda d: d["rule"] == "call.claimed", invented)

    assert "and no valid block emits it there" in await messages(change, "journal.tool")


async def test_a_snapshot_that_differs_from_the_fold_is_found() -> None:
    def richer(_: int, block: LedgerBlock) -> None:
        part = block["snapshot"]
        if part is not None:
            content = CODEC.decode("snapshot", part["content"])
            content["tables"] = [t for t in content["tables"] if t["table"] != tables.BUDGET]
            part["content"] = CODEC.encode("snapshot", content)

    assert "differs from what the blocks before it make" in await messages(richer)


async def test_a_block_that_names_no_snapshot_as_one_is_found() -> None:
    def misled(offset: int, block: LedgerBlock) -> None:
        block["snapshot_offset"] = 2 if offset == 6 else block["snapshot_offset"]

    assert "no complete one begins there" in await messages(misled)


async def test_a_block_that_says_too_much_is_forwarded_is_found() -> None:
    def boastful(offset: int, block: LedgerBlock) -> None:
        block["forwarded_through"] = 7 if offset == 6 else block["forwarded_through"]

    assert "says that all is forwarded through 7" in await messages(boastful)


async def test_content_that_does_not_decode_is_a_finding_and_no_crash() -> None:
    def garbage(_: int, block: LedgerBlock) -> None:
        for decision in block["decisions"]:
            for change in decision["changes"]:
                change["value"] = b"\1\2\3"

    assert "undecodable" in await kinds(forged(copied(), garbage))


async def test_behind_a_break_nothing_but_the_chain_is_judged() -> None:
    topics = copied()
    broken = topics["ledger"][3]
    topics["ledger"][3] = replace(
        broken,
        value=CODEC.encode("ledger_block", {**block(broken), "previous": b"\1" * 16}),
    )

    report = await audited(topics)

    assert {finding.kind for finding in report.findings} == {"does_not_follow"}
    assert not [head for head in report.heads if head.stream == "ledger"]
