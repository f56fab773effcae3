"""One run as a page of text, for whoever has to answer for it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sinks.warehouse.run_page import RunPage
from tollway.cli.packet_text import packet_text
from tollway.cli.tabular import aligned, seconds, usd

WIDTH = 96


def page_text(page: RunPage) -> str:
    """The page."""
    run = page.run
    parts = [
        f"Run {run['run_id']}\n{_headline(run)}",
        "\n".join(_facts(run)),
        "What happened\n" + "\n".join(_steps(page)),
        _checks(page),
        packet_text(run["packet"]),
        _stages(page),
        _dead_letters(page),
        _provenance(run),
    ]
    return "\n\n".join(part for part in parts if part)


def _headline(run: dict[str, Any]) -> str:
    outcome = "still open" if run["outcome"] == "open" else str(run["outcome"])
    took = f" in {seconds(run['duration_ms'])}" if run["duration_ms"] is not None else ""
    return f"{outcome}{took}, {run['calls']} calls, {usd(run['spent_usd_micros'])} spent"


def _facts(run: dict[str, Any]) -> Iterator[str]:
    yield from _fact("event", f"{run['event_id']}, received {_clock(run['received_at'])}")
    customer = f"{run['user_id']} of {run['workspace']}"
    yield from _fact("customer", f"{customer} ({run['customer_tier']}, {run['region']})")
    intent = f", intent {run['intent']}" if run["intent"] else ""
    yield from _fact("workflow", f"{run['workflow'] or 'none'}{intent}")
    for name in ("request", "answer", "error"):
        yield from _fact(name, run[name])
    yield from _fact("cited", ", ".join(run["citations"]))
    yield from _fact("rungs", ", ".join(run["rungs"]))


def _fact(name: str, text: str | None) -> Iterator[str]:
    if text:
        first, *more = textwrap.wrap(text, WIDTH - 12) or [""]
        yield f"  {name:10}{first}"
        yield from (f"  {'':10}{line}" for line in more)


def _steps(page: RunPage) -> Iterator[str]:
    """One line for a decision, and one below it for each call that it settles or makes."""
    issued = {_place(call): call for call in page.calls}
    settled = {(call["settled_offset"], call["settled_index"]): call for call in page.calls}
    for decision in page.decisions:
        at = _since(page.run, decision["decided_at"])
        yield f"{at:>10}  {decision['state']:10} {_said(decision)}"
        if _place(decision) in settled:
            yield f"{'':24}{_answer(settled[_place(decision)])}"
        if decision["reason"]:
            yield from (f"{'':24}{line}" for line in textwrap.wrap(decision["reason"], WIDTH - 24))
        if _place(decision) in issued:
            yield f"{'':24}{_ask(issued[_place(decision)])}"


def _said(decision: dict[str, Any]) -> str:
    """What was decided: the transition where the run moved, else the rule."""
    if decision["transition"]:
        return str(decision["transition"]).replace("_", " ")
    rule = str(decision["rule"])
    return {"answer": "went on", "call": "called"}.get(_family(rule), rule)


def _family(rule: str) -> str:
    """`plan.call` and `answer.done` are the two rules by which a run stays where it is."""
    first, _, last = rule.partition(".")
    return "call" if last == "call" else first


def _ask(call: dict[str, Any]) -> str:
    again = f", attempt {call['attempt']}" if call["attempt"] > 1 else ""
    held = f"{usd(call['reserved_usd_micros'])} held{again}"
    return f"asked {call['kind']} {call['name']}, {held}: {call['why']}"


def _answer(call: dict[str, Any]) -> str:
    tokens = ""
    if call["input_tokens"] is not None and call["kind"] == "model":
        tokens = f", {call['input_tokens']} tokens read and {call['output_tokens']} written"
    by = f" by {call['provider']}" if call["provider"] else ""
    took_ms = (call["settled_at"] - call["issued_at"]).total_seconds() * 1000
    cost = f"{usd(call['cost_usd_micros'])} after {seconds(round(took_ms))}"
    return f"{call['kind']} {call['name']} is {call['status']}{by}, {cost}{tokens}"


def _checks(page: RunPage) -> str:
    lines = [
        f"  {'passed' if check['passed'] else 'FAILED':8}{check['name']}: {check['detail'] or '-'}"
        for check in page.checks
    ]
    return "\n".join(["Checks", *lines]) if lines else ""


def _stages(page: RunPage) -> str:
    head = ["stage", "visit", "queued", "calls", "total", "cost"]
    rows = [
        [
            stage["stage"],
            str(stage["visit"]),
            seconds(stage["queued_ms"]),
            seconds(stage["calls_ms"]),
            seconds(stage["total_ms"]),
            usd(stage["cost_usd_micros"]),
        ]
        for stage in page.stages
    ]
    lines = aligned([head, *rows], [False, True, True, True, True, True])
    return "\n".join(["Time and cost by stage", *(f"  {line}" for line in lines)])


def _dead_letters(page: RunPage) -> str:
    lines = [
        f"  {letter['topic']} offset {letter['topic_offset']}: {letter['message']}"
        for letter in page.dead_letters
    ]
    return "\n".join(["Could not be handled", *lines]) if lines else ""


def _provenance(run: dict[str, Any]) -> str:
    parts = ("contract", "prompts", "tools", "price_book")
    versions = ", ".join(f"{part} {run[f'{part}_version'] or '-'}" for part in parts)
    where = f"ledger/{run['ledger_partition']} from offset {run['ledger_offset']}"
    return f"Decided under {versions}.\nProof: {where}; 'tollway replay' reads it again."


def _place(row: dict[str, Any]) -> tuple[int, int]:
    return row["ledger_offset"], row["ledger_index"]


def _since(run: dict[str, Any], at: datetime) -> str:
    return f"+{(at - run['received_at']).total_seconds():.3f} s"


def _clock(at: datetime) -> str:
    return f"{at.isoformat(sep=' ', timespec='milliseconds')} UTC"
