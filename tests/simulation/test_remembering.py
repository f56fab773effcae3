"""What a world remembers so as not to do it again is what doing it again would give."""

from __future__ import annotations

from collections import defaultdict

import pytest

from schemas.codec import Codec
from schemas.errors import NonConforming
from simulation.broker import Topics
from simulation.codec import RememberingCodec
from simulation.folds import Folds
from simulation.running import live
from simulation.world import Plan

RECORDS = (
    {"spent_usd_micros": 1, "reserved_usd_micros": 0},
    {"spent_usd_micros": 0, "reserved_usd_micros": 1},
    {"reserved_usd_micros": 0, "spent_usd_micros": 1},
)


def test_what_is_written_is_what_another_codec_writes() -> None:
    remembering, plain = RememberingCodec(), Codec()
    for record in RECORDS * 2:
        assert remembering.encode("budget_entry", record) == plain.encode("budget_entry", record)
        bare = plain.encode_bare("budget_entry", record)
        assert remembering.encode_bare("budget_entry", record) == bare


def test_a_record_that_was_changed_is_written_anew() -> None:
    codec, record = RememberingCodec(), dict(RECORDS[0])
    before = codec.encode("budget_entry", record)
    record["spent_usd_micros"] = 2
    assert codec.encode("budget_entry", record) != before


def test_what_does_not_conform_is_refused_each_time() -> None:
    codec = RememberingCodec()
    for _ in range(2):
        with pytest.raises(NonConforming):
            codec.encode("budget_entry", {"spent_usd_micros": object()})


def test_a_fold_that_goes_on_is_the_fold_of_all() -> None:
    whole = live(Plan(0)).world
    growing: Topics = defaultdict(list)
    folds = Folds(growing, whole.codec)
    for record in whole.topics["ledger"]:
        growing["ledger"].append(record)
        ours, anew = folds.fold("ledger"), Folds(growing, whole.codec).fold("ledger")
        assert (list(ours.fold.tables), ours.fold.chain) == (
            list(anew.fold.tables),
            anew.fold.chain,
        )
        assert (ours.fold.positions, ours.fold.marks) == (anew.fold.positions, anew.fold.marks)
        assert (ours.end_offset, list(ours.unforwarded)) == (
            anew.end_offset,
            list(anew.unforwarded),
        )


def test_whoever_has_folded_changes_nothing_for_those_who_fold_after_it() -> None:
    world = live(Plan(0)).world
    before = world.folds.fold("ledger").fold
    rows = list(before.tables)
    for table, key, _ in rows:
        before.tables.put(table, key, None)
    before.positions.clear()
    before.chain.head_offset = -1
    after = world.folds.fold("ledger").fold
    assert list(after.tables) == rows
    assert after.positions
    assert after.chain.head_offset >= 0
