"""The store: a file is there whole or not at all, and is what its name says or an error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import PayloadNotKept, PayloadUnavailable, SettingError
from streams.adapters.payloads import PART, PayloadStore, open_payload_store
from streams.core.hashing import content_hash
from streams.core.payloads import Reference
from streams.settings import Settings

CONTENT = b"a result" * 1000


@pytest.fixture
def store(tmp_path: Path) -> PayloadStore:
    return open_payload_store(Settings(data_dir=tmp_path))


def file_of(tmp_path: Path, reference: Reference) -> Path:
    name = reference.content_hash
    return tmp_path / "payloads" / name[:2] / name


async def test_what_was_put_is_had_by_its_hash_and_stands_in_the_data_folder(
    store: PayloadStore, tmp_path: Path
) -> None:
    reference = await store.put(CONTENT)
    assert reference == Reference(content_hash(CONTENT), len(CONTENT))
    assert await store.get(reference) == CONTENT
    assert file_of(tmp_path, reference).read_bytes() == CONTENT
    assert store.reference(reference.content_hash) == reference


async def test_putting_it_again_changes_nothing_but_its_age(
    store: PayloadStore, tmp_path: Path
) -> None:
    path = file_of(tmp_path, await store.put(CONTENT))
    os.utime(path, (1, 1))
    reference = await store.put(CONTENT)
    assert path.stat().st_mtime > 1
    assert await store.get(reference) == CONTENT
    assert [stored.content_hash for stored in store.stored()] == [reference.content_hash]


async def test_a_missing_file_is_named(store: PayloadStore, tmp_path: Path) -> None:
    reference = await store.put(CONTENT)
    file_of(tmp_path, reference).unlink()
    with pytest.raises(PayloadUnavailable, match=f"{reference.content_hash} is not in the payload"):
        await store.get(reference)
    with pytest.raises(PayloadUnavailable, match="is not in the payload store"):
        store.reference(reference.content_hash)


@pytest.mark.parametrize(
    "wrong", [b"", CONTENT[:-1], CONTENT + b"x", b"A" + CONTENT[1:], b"x" * 10**6]
)
async def test_wrong_bytes_are_never_given_out(
    store: PayloadStore, tmp_path: Path, wrong: bytes
) -> None:
    reference = await store.put(CONTENT)
    file_of(tmp_path, reference).write_bytes(wrong)
    with pytest.raises(PayloadUnavailable, match="has other content"):
        await store.get(reference)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 32 + "\n"])
async def test_only_a_content_hash_is_looked_for(store: PayloadStore, name: str) -> None:
    with pytest.raises(PayloadUnavailable, match="is no content hash"):
        await store.get(Reference(name, 5))


async def test_a_process_that_ends_while_it_writes_leaves_nothing_under_the_name(
    store: PayloadStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(_self: Any, path: str, value: bytes, **_: Any) -> None:
        Path(path).write_bytes(value[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(type(store.files), "pipe_file", ends)
    with pytest.raises(KeyboardInterrupt):
        store.write(CONTENT)
    (left,) = (tmp_path / "payloads").glob("*/*")
    assert left.name.endswith(PART)
    assert [stored.content_hash for stored in store.stored()] == [""]


async def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "payloads").write_text("a file where the folder should be")
    with pytest.raises(PayloadNotKept, match=r"cannot be written: .*payloads"):
        await open_payload_store(Settings(data_dir=tmp_path)).put(CONTENT)


async def test_a_store_that_cannot_be_read_says_so(store: PayloadStore, tmp_path: Path) -> None:
    reference = await store.put(CONTENT)
    path = file_of(tmp_path, reference)
    path.unlink()
    path.mkdir()
    with pytest.raises(PayloadUnavailable, match="cannot be read from the payload store: IsADir"):
        await store.get(reference)


async def test_any_file_system_of_fsspec_will_do() -> None:
    settings = Settings(payload_store_url="memory://tollway-test")
    store = open_payload_store(settings)
    reference = await store.put(CONTENT)
    assert await open_payload_store(settings).get(reference) == CONTENT
    (stored,) = store.stored()
    assert stored.size_bytes == len(CONTENT)
    store.delete(stored)
    store.delete(stored)
    assert list(store.stored()) == []


@pytest.mark.parametrize("url", ["s4://bucket/folder", "s3://bucket/folder"])
def test_a_store_of_no_kind_or_without_its_driver_is_named(url: str) -> None:
    with pytest.raises(SettingError, match=r"TOLLWAY_PAYLOAD_STORE_URL: .*install"):
        open_payload_store(Settings(payload_store_url=url))


def test_the_stores_address_is_not_shown() -> None:
    assert "secret" not in repr(Settings(payload_store_url="ftp://me:secret@host/folder"))
