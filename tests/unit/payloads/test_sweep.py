"""The sweep: what a remembered run has taken in stays, and so does what is young."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.errors import ChainBroken, SettingError
from streams.adapters.payloads import PayloadStore, open_payload_store
from streams.settings import Settings
from streams.sources.sweep import Swept, payloads_in_use, sweep
from tests.builders import CODEC
from tests.unit.payloads.deployment import StoringWorld
from tests.unit.sinks.world import MemorySource

NOW = datetime.now(UTC)


@pytest.fixture
def store(tmp_path: Path) -> PayloadStore:
    return open_payload_store(Settings(data_dir=tmp_path))


def old(tmp_path: Path) -> None:
    for path in tmp_path.glob("payloads/*/*"):
        os.utime(path, (1_000, 1_000))


async def test_what_a_remembered_run_has_taken_in_is_in_use() -> None:
    world = StoringWorld()
    world.run({"event_id": "a"})
    assert await payloads_in_use(world.source(), CODEC) == frozenset(world.kept)


async def test_what_waits_to_be_taken_in_is_in_use() -> None:
    world = StoringWorld()
    world.run_until_answered({"event_id": "a"})
    assert len(world.kept) == 1
    assert await payloads_in_use(world.source(), CODEC) == frozenset(world.kept)


async def test_what_a_forgotten_run_has_taken_in_is_not_in_use() -> None:
    world = StoringWorld()
    world.run({"event_id": "a"})
    world.forget()
    assert await payloads_in_use(world.source(), CODEC) == frozenset()


async def test_only_what_is_old_and_not_in_use_is_deleted(
    store: PayloadStore, tmp_path: Path
) -> None:
    used, unused = store.write(b"in use"), store.write(b"not in use")
    (tmp_path / "payloads" / "00").mkdir()
    (tmp_path / "payloads" / "00" / "half.part").write_bytes(b"half")
    old(tmp_path)
    young = store.write(b"young")
    in_use = frozenset({used.content_hash})
    wanted = Swept(deleted=2, deleted_bytes=14, in_use=1, young=1)
    assert sweep(store, in_use, NOW, dry_run=True) == wanted
    assert len(list(store.stored())) == 4
    assert sweep(store, in_use, NOW, dry_run=False) == wanted
    left = {stored.content_hash for stored in store.stored()}
    assert left == {used.content_hash, young.content_hash}
    assert unused.content_hash not in left


async def test_files_that_the_store_has_not_made_are_left_alone(
    store: PayloadStore, tmp_path: Path
) -> None:
    (tmp_path / "payloads").mkdir()
    (tmp_path / "payloads" / "notes.txt").write_text("mine")
    assert sweep(store, frozenset(), NOW, dry_run=False) == Swept()
    assert (tmp_path / "payloads" / "notes.txt").exists()


async def test_without_a_ledger_nothing_is_known_and_nothing_is_deleted() -> None:
    with pytest.raises(SettingError, match=r"the ledger is empty, .*TOLLWAY_TOPIC_PREFIX"):
        await payloads_in_use(MemorySource({}), CODEC)


async def test_without_the_beginning_of_the_ledger_nothing_is_deleted() -> None:
    world = StoringWorld()
    world.run({"event_id": "a"})
    del world.topics["ledger"][0]
    with pytest.raises(ChainBroken):
        await payloads_in_use(world.source(), CODEC)
