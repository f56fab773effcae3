"""The vault: sealed for the tool pool, bound to run and person, and gone once keys are."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from agents.privacy.vault import (
    Deposit,
    Erasure,
    Person,
    erasing_vault,
    reading_vault,
    writing_vault,
)
from schemas.errors import SettingError, ValueNotRestored
from streams.settings import Settings

JANE, JOHN = Person("acme", "jane"), Person("acme", "john")
RUN = "5e02a1c9d4f84b0c9a7d6e1f3b2c8d90"
VALUES = {"[EMAIL_1]": "jane.planted@example.com"}
ERASURE = Erasure("op", "asked to", 2_000)


def deposit(
    entry: str = "e1",
    person: Person = JANE,
    values: dict[str, str] | None = None,
    at_ms: int = 1_000,
) -> Deposit:
    return Deposit(person, RUN, entry, values or VALUES, at_ms)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_the_pool_reads_what_the_gateway_put_and_no_file_holds_it(settings: Settings) -> None:
    writing_vault(settings).put(deposit())
    assert reading_vault(settings).values(JANE, RUN) == VALUES
    assert b"jane" not in bytes_of(settings.data_dir)


def test_the_gateway_cannot_read_what_it_wrote(settings: Settings) -> None:
    vault = writing_vault(settings)
    vault.put(deposit())
    with pytest.raises(ValueNotRestored, match="only a tool pool"):
        vault.values(JANE, RUN)


def test_another_pools_key_opens_nothing(settings: Settings) -> None:
    vault = writing_vault(settings)
    vault.put(deposit())
    other = type(vault)(vault.entries, vault.keys, private=X25519PrivateKey.generate())
    with pytest.raises(ValueNotRestored, match="sealed for another key"):
        other.values(JANE, RUN)


def test_nobody_reads_the_values_of_somebody_else(settings: Settings) -> None:
    writing_vault(settings).put(deposit())
    with pytest.raises(ValueNotRestored):
        reading_vault(settings).values(JOHN, RUN)
    assert reading_vault(settings).values(JANE, "f" * 32) == {}


def test_an_entry_that_is_moved_to_another_run_does_not_open(settings: Settings) -> None:
    writing_vault(settings).put(deposit())
    (settings.data_dir / "vault" / RUN).rename(settings.data_dir / "vault" / ("f" * 32))
    with pytest.raises(ValueNotRestored):
        reading_vault(settings).values(JANE, "f" * 32)


def test_put_again_after_a_crash_anywhere_it_is_there_once(settings: Settings) -> None:
    """Between key and entry, and after both; a late writer overtaken by another, too."""
    vault = writing_vault(settings)
    vault.put(deposit())
    vault.put(deposit())
    assert len(list(vault.keys.names(JANE.folder))) == 1
    (settings.data_dir / "vault" / RUN / "e1").unlink()
    vault.put(deposit())
    assert reading_vault(settings).values(JANE, RUN) == VALUES


def test_an_event_published_twice_with_other_values_restores_neither(settings: Settings) -> None:
    vault = writing_vault(settings)
    vault.put(deposit())
    vault.put(deposit("e2"))
    assert reading_vault(settings).values(JANE, RUN) == VALUES
    vault.put(deposit("e3", values={"[EMAIL_1]": "other@example.com"}))
    with pytest.raises(ValueNotRestored, match="published twice"):
        reading_vault(settings).values(JANE, RUN)


def test_once_erased_nobody_restores_and_others_keep_theirs(settings: Settings) -> None:
    vault = writing_vault(settings)
    vault.put(deposit())
    vault.put(Deposit(JOHN, "f" * 32, "e1", {"[SSN_1]": "536-90-4399"}, 1_000))
    assert erasing_vault(settings).erase(JANE, ERASURE) == 1
    with pytest.raises(ValueNotRestored, match="were erased"):
        reading_vault(settings).values(JANE, RUN)
    assert reading_vault(settings).values(JOHN, "f" * 32) == {"[SSN_1]": "536-90-4399"}
    assert vault.erasure(JANE) == ERASURE


@pytest.mark.parametrize(
    ("published_at_ms", "kept"), [(1_999, False), (2_000, False), (2_001, True)]
)
def test_an_event_from_before_the_erasure_brings_nothing_back(
    settings: Settings, published_at_ms: int, kept: bool
) -> None:
    writing_vault(settings).put(deposit())
    erasing_vault(settings).erase(JANE, ERASURE)
    writing_vault(settings).put(deposit(at_ms=published_at_ms))
    if kept:
        assert reading_vault(settings).values(JANE, RUN) == VALUES
    else:
        with pytest.raises(ValueNotRestored):
            reading_vault(settings).values(JANE, RUN)


def test_a_named_key_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, vault_private_key_file=tmp_path / "none.pem")
    with pytest.raises(SettingError, match=r"TOLLWAY_VAULT_PRIVATE_KEY_FILE.*tollway vault keys"):
        reading_vault(settings)
