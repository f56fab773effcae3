"""What must hold when all is over, found out from the topics alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, cast

from agents.state_table import state_table
from streams.core import tables
from streams.core.engine import Engine
from streams.core.fold import Fold
from streams.core.graph import GRAPH, state_topic
from streams.core.inputs import PLACE_HEADER, place_of
from tests.builders import CODEC
from tests.simulation.broker import Record
from tests.simulation.process import POOLS, fold, to_input
from tests.simulation.world import STREAMS, Violation, World

if TYPE_CHECKING:
    from schemas.records import Decision, LedgerBlock

SOURCES: dict[str, tuple[str, ...]] = {
    "ledger": ("call.results", *(state_topic(state) for state in GRAPH)),
    **{f"journal.{kind}": (f"calls.{kind}",) for kind in POOLS},
}
"""The topics that are decided on each stream."""


@dataclass
class Stream:
    """The valid blocks of one chained stream, told apart without any of the code under test."""

    name: str
    values: list[bytes]
    valid: list[tuple[int, LedgerBlock]] = field(default_factory=list)

    def __post_init__(self) -> None:
        head = bytes(16)
        for offset, value in enumerate(self.values):
            block = cast("LedgerBlock", CODEC.decode("ledger_block", value))
            if block["previous"] == head:
                head = blake2b(value, digest_size=16).digest()
                self.valid.append((offset, block))

    @property
    def decisions(self) -> list[Decision]:
        return [decision for _, block in self.valid for decision in block["decisions"]]

    def emitted(self) -> dict[tuple[str, int, int], tuple[str, bytes]]:
        """Topic and value by place."""
        found = {}
        for offset, block in self.valid:
            emits = [emit for decision in block["decisions"] for emit in decision["emits"]]
            for index, emit in enumerate(emits):
                found[self.name, offset, index] = (emit["topic"], emit["value"])
        return found


def check(world: World) -> None:
    """Raises Violation for the first promise that is broken."""
    streams = {name: Stream(name, values(world.topics[name])) for name in STREAMS}
    emitted = {
        place: what for stream in streams.values() for place, what in stream.emitted().items()
    }
    every_record_of_a_valid_block_arrives_and_none_of_a_void_one(world, emitted)
    every_input_is_decided_once(world, streams)
    every_event_has_one_outcome(world)
    all_survivors_hold_the_fold_of_the_stream(world, streams)
    every_act_was_claimed_and_done_once(world, streams)
    nobody_was_billed_above_a_cap(world, streams["ledger"])
    decisions_can_be_made_again(world, streams["ledger"])


def values(records: list[Record]) -> list[bytes]:
    return [record.value for record in records]


def demand(held: bool, what: str) -> None:
    if not held:
        raise Violation(what)


def placed(record: Record) -> tuple[str, int, int] | None:
    place = place_of(record.headers)
    return None if place is None else (place.stream, place.offset, place.index)


def every_record_of_a_valid_block_arrives_and_none_of_a_void_one(
    world: World, emitted: dict[tuple[str, int, int], tuple[str, bytes]]
) -> None:
    arrived = {
        (topic, placed(record)): record.value
        for topic, records in world.topics.items()
        for record in records
        if any(name == PLACE_HEADER for name, _ in record.headers)
    }
    for place, (topic, value) in emitted.items():
        demand(arrived.pop((topic, place), None) == value, f"{place} did not arrive on {topic}")
    demand(not arrived, f"emitted by no valid block: {list(arrived)}")


def every_input_is_decided_once(world: World, streams: dict[str, Stream]) -> None:
    for name, topics in SOURCES.items():
        decided = Counter(_identity(decision) for decision in streams[name].decisions)
        for topic in topics:
            wanted = {
                (topic, placed(record) or offset)
                for offset, record in enumerate(world.topics[topic])
            }
            found = {identity: count for identity, count in decided.items() if identity[0] == topic}
            demand(set(found) == wanted, f"{topic}: not decided: {wanted ^ set(found)}")
            twice = [identity for identity, count in found.items() if count > 1]
            demand(not twice, f"decided more than once: {twice}")


def _identity(decision: Decision) -> tuple[str, Any]:
    place = decision["input_place"]
    where = decision["input_offset"] if place is None else tuple(place.values())
    return decision["input_topic"], where


def every_event_has_one_outcome(world: World) -> None:
    outcomes = {placed(record): record.value for record in world.topics["outcomes"]}
    events = Counter(CODEC.decode("outcome", value)["event_id"] for value in outcomes.values())
    wanted = {f"e-{number + 1}": 1 for number in range(world.events)}
    demand(events == wanted, f"outcomes by event: {events}")


def all_survivors_hold_the_fold_of_the_stream(world: World, streams: dict[str, Stream]) -> None:
    for name, stream in streams.items():
        whole = Fold(CODEC)
        for offset, value in enumerate(stream.values):
            whole.read(offset, value)
        holders = [fold(stream.values).fold]
        holders += [p.processor._writer.fold for p in world.processes if p.stream == name]
        for held in holders:
            same = _state(held) == _state(whole)
            demand(same, f"somebody holds something else than {name}")


def _state(held: Fold) -> tuple[Any, ...]:
    return list(held.tables), held.positions, held.marks, held.chain


def every_act_was_claimed_and_done_once(world: World, streams: dict[str, Stream]) -> None:
    calls = {
        CODEC.decode("call", record.value)["call_id"]
        for topic, records in world.topics.items()
        for record in records
        if topic.startswith("calls.")
    }
    claimed = {
        change["key"].split(tables.SEPARATOR)[1]
        for name in STREAMS[1:]
        for decision in streams[name].decisions
        for change in decision["changes"]
        if decision["rule"] == "call.claimed"
    }
    for call_id, count in world.acts.items():
        demand(call_id in calls, f"an act that no ledger emitted: {call_id}")
        demand(call_id in claimed, f"an act without a valid claim: {call_id}")
        demand(count == 1, f"{call_id} was done {count} times")
    demand(calls == claimed, f"never claimed: {calls - claimed}")


def nobody_was_billed_above_a_cap(world: World, ledger: Stream) -> None:
    held = fold(ledger.values).fold.tables.items(tables.BUDGET)
    limits: dict[str, int] = {cap.scope: cap.usd_micros for cap in world.flow.contract.all_caps}
    for (scope, owner), billed in world.billed.items():
        demand(billed <= limits[scope], f"{scope} {owner} was billed {billed}")
    for key, entry in held:
        _, scope, owner, *_ = key.split(tables.SEPARATOR)
        demand(entry["reserved_usd_micros"] == 0, f"{key} still holds money")
        demand(entry["spent_usd_micros"] <= limits[scope], f"{key} has spent above its cap")
        billed = world.billed[scope, owner]
        demand(billed <= entry["spent_usd_micros"], f"{key} knows of less than was billed")


def decisions_can_be_made_again(world: World, ledger: Stream) -> None:
    """From the inputs and the time in the block, equal in every byte."""
    held = Fold(CODEC)
    engine = Engine(CODEC, {world.flow.name: world.flow}, state_table(), "again", 0)
    for _, block in ledger.valid:
        for decision in block["decisions"]:
            topic, offset = decision["input_topic"], decision["input_offset"]
            source = to_input(topic, offset, world.topics[topic][offset])
            again = engine.decide(held, source, block["decided_at_ms"])
            demand(again.decision == decision, f"{topic}/{offset} would now be decided otherwise")
            held.note(again)
