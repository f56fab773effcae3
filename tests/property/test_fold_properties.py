"""A fold from a snapshot equals a fold from the beginning, whatever stands between the blocks."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core import snapshot
from streams.core.chain import NOWHERE
from streams.core.draft import Draft
from streams.core.folding import Folder
from streams.core.inputs import PlaceOf
from streams.core.writer import Writer
from tests.builders import CODEC, NOON_MS
from tests.unit.core.stream import MemoryStream, block_of, draft, draft_of, fact, state_of

Evidence = dict[str, bytes | None]
evidence = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]), st.none() | st.binary(max_size=30), max_size=3
)
actions = st.lists(
    st.one_of(
        st.tuples(st.just("own"), st.lists(evidence, max_size=3)),
        st.tuples(st.just("forwarded"), st.lists(evidence, max_size=3)),
        st.tuples(st.just("fact"), st.lists(evidence, max_size=3)),
        st.tuples(st.just("snapshot"), st.just([])),
        st.tuples(st.just("void"), st.lists(evidence, max_size=2)),
        st.tuples(st.just("doubled"), st.just([])),
        st.tuples(st.just("successor"), st.just([])),
    ),
    max_size=30,
)


@dataclass
class World:
    """A stream with its rightful writer, and a zombie that has folded before its first block."""

    stream: MemoryStream = field(default_factory=MemoryStream)
    inputs: int = 0

    def __post_init__(self) -> None:
        self.writer = self.stream.writer()
        self.zombie = self.stream.writer("zombie")
        self.stream.put(self.writer)

    def act(self, kind: str, decisions: list[Evidence]) -> None:
        match kind:
            case "void":
                drafts = [self.draft(self.zombie, "own", changes) for changes in decisions]
                self.stream.put(self.zombie, *drafts)
            case "doubled" if self.stream.records:
                self.stream.append(self.stream.records[-1])
            case "successor":
                self.writer = self.successor()
            case "snapshot":
                self.snapshot()
            case "own" | "forwarded" | "fact":
                self.expect_the_end()
                drafts = [self.draft(self.writer, kind, changes) for changes in decisions]
                self.stream.put(self.writer, *drafts)

    def draft(self, writer: Writer, kind: str, changes: Evidence) -> Draft:
        self.inputs += 1
        if kind == "fact":
            return fact(writer.fold, **changes)
        if kind == "own":
            return draft(writer.fold, self.inputs, "state.plan", **changes)
        return draft_of(writer.fold, PlaceOf("ledger", self.inputs, 0), self.inputs, **changes)

    def snapshot(self) -> None:
        self.expect_the_end()
        for part in self.writer.seal_snapshot(NOON_MS):
            assert self.writer.acknowledge(part, self.stream.append(part.value))
        self.writer.forwarded_through = self.writer.next_offset - 1

    def expect_the_end(self) -> None:
        """As if the writer had folded again, which would change nothing else."""
        self.writer.next_offset = len(self.stream.records)

    def successor(self) -> Writer:
        writer = self.stream.writer(f"writer-{len(self.stream.records)}")
        assert list(writer.fold.tables) == list(self.writer.fold.tables)
        return writer


def from_snapshot(stream: MemoryStream, named: int) -> Folder:
    folder = Folder(CODEC, from_snapshot=named != NOWHERE)
    for offset in range(max(named, 0), len(stream.records)):
        folder.feed(offset, stream.records[offset])
    return folder


@pytest.fixture(autouse=True, scope="module")
def small_parts() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "PART_BYTES", 37)
        yield


@settings(max_examples=150, deadline=None)
@given(steps=actions)
def test_a_fold_from_any_named_snapshot_equals_one_from_the_beginning(
    steps: list[tuple[str, list[Evidence]]],
) -> None:
    world = World()
    for kind, decisions in steps:
        world.act(kind, decisions)
    whole = world.stream.fold_from_the_beginning()
    assert whole.tables.items("evidence") == world.writer.fold.tables.items("evidence")
    assert (whole.positions, whole.marks) == (world.writer.fold.positions, world.writer.fold.marks)
    named = {block_of(value)["snapshot_offset"] for value in world.stream.records}
    for offset in named:
        folder = from_snapshot(world.stream, offset)
        assert not folder.from_snapshot
        assert state_of(folder.fold) == state_of(whole)
        assert folder.fold.bytes_since_snapshot == whole.bytes_since_snapshot
        assert folder.fold.complete_snapshot == whole.complete_snapshot


@settings(max_examples=100, deadline=None)
@given(steps=actions)
def test_no_block_from_before_a_named_snapshot_is_left_to_forward(
    steps: list[tuple[str, list[Evidence]]],
) -> None:
    world = World()
    for kind, decisions in steps:
        world.act(kind, decisions)
    read = [offset for offset, _ in world.stream.fold().unforwarded]
    through = world.stream.fold_from_the_beginning().forwarded_through
    assert read == [
        offset
        for offset, block in world.stream.valid()
        if offset > through and block["snapshot"] is None
    ]
