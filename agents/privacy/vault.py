"""The vault: the values of each run, sealed, under keys that can be destroyed person by person.

Every entry has a data key of its own (AES-256-GCM). The data key is sealed for the tool pool
(HPKE, X25519) and lies in the folder of the person; so the gateway, which writes, cannot read
what it wrote, and without a person's folder of keys nobody can.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import uuid4

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from agents.privacy.files import Files, open_files
from agents.privacy.identity import private_key, public_key
from schemas.errors import ValueNotRestored
from streams.core.hashing import content_hash
from streams.settings import Settings

SEAL = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
KEY_NAME_BYTES, NONCE_BYTES = 32, 12
Values = Mapping[str, str]
"""What placeholders stand for, by placeholder."""


class Person(NamedTuple):
    """Whose values they are."""

    workspace: str
    user_id: str

    @property
    def folder(self) -> str:
        """Where the person's keys are."""
        return content_hash(f"{self.workspace}\0{self.user_id}".encode())


class Deposit(NamedTuple):
    """The values of one published event, for its run. `entry` is the same whenever it is read."""

    person: Person
    run_id: str
    entry: str
    values: Values
    published_at_ms: int

    @property
    def name(self) -> str:
        """Where it is kept."""
        return f"{self.run_id}/{self.entry}"


class Erasure(NamedTuple):
    """Who had a person's values made unreadable, why, and when."""

    who: str
    why: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Vault:
    """Writers hold the public half of the pool's key; `private` is there in the pool alone."""

    entries: Files
    keys: Files
    public: X25519PublicKey | None = None
    private: X25519PrivateKey | None = None

    def put(self, deposit: Deposit) -> None:
        """Keep the values, unless they are there. Raises VaultUnavailable.

        A person who was erased after the event was published stays erased.
        """
        if self._kept(deposit) or self.public is None:
            return
        person, key, key_name = deposit.person, AESGCM.generate_key(256), uuid4().hex
        key_file = f"{person.folder}/{key_name}"
        self.keys.write(key_file, SEAL.encrypt(key, self.public, person.folder.encode()))
        nonce = os.urandom(NONCE_BYTES)
        bound = _bound(person, deposit.run_id)
        sealed = AESGCM(key).encrypt(nonce, orjson.dumps(dict(deposit.values)), bound)
        self.entries.write(deposit.name, key_name.encode() + nonce + sealed)
        erased = self.erasure(person)
        if erased is not None and erased.at_ms >= deposit.published_at_ms:
            self.keys.delete(key_file)

    def values(self, person: Person, run_id: str) -> Values:
        """All values of a run. Raises ValueNotRestored or VaultUnavailable."""
        found: dict[str, str] = {}
        for name in self.entries.names(run_id):
            for placeholder, value in self._opened(person, run_id, name).items():
                if found.setdefault(placeholder, value) != value:
                    raise ValueNotRestored(
                        f"{placeholder} stands for two values: the event of this run was "
                        "published twice with different words; publish it under a new id"
                    )
        return found

    def erase(self, person: Person, erasure: Erasure) -> int:
        """Destroy the person's keys; gives how many there were. Raises VaultUnavailable.

        The erasure is on record first, so that a gateway which is just writing sees it.
        """
        self.keys.write(_record(person), orjson.dumps(erasure._asdict()))
        names = list(self.keys.names(person.folder))
        for name in names:
            self.keys.delete(name)
        return len(names)

    def erasure(self, person: Person) -> Erasure | None:
        """The last erasure of a person. Raises VaultUnavailable."""
        record = self.keys.read(_record(person))
        return None if record is None else Erasure(**orjson.loads(record))

    def _kept(self, deposit: Deposit) -> bool:
        """Whether it is there with its key."""
        content = self.entries.read(deposit.name)
        if content is None:
            return False
        key_file = f"{deposit.person.folder}/{_key_name(content)}"
        return self.keys.read(key_file) is not None

    def _opened(self, person: Person, run_id: str, name: str) -> Values:
        content = self.entries.read(name)
        if content is None or self.private is None:
            raise ValueNotRestored("the vault does not open here; only a tool pool may read it")
        sealed_key = self.keys.read(f"{person.folder}/{_key_name(content)}")
        if sealed_key is None:
            raise ValueNotRestored(self._gone(person))
        nonce = content[KEY_NAME_BYTES : KEY_NAME_BYTES + NONCE_BYTES]
        try:
            key = SEAL.decrypt(sealed_key, self.private, person.folder.encode())
            sealed = content[KEY_NAME_BYTES + NONCE_BYTES :]
            opened = AESGCM(key).decrypt(nonce, sealed, _bound(person, run_id))
        except (InvalidTag, ValueError) as error:
            reason = "the vault's entry was sealed for another key, run or person"
            raise ValueNotRestored(f"{reason}; look at the pool's key file") from error
        values: Values = orjson.loads(opened)
        return values

    def _gone(self, person: Person) -> str:
        erased = self.erasure(person)
        if erased is None:
            return "the key of this person's values is gone; ask for the value again"
        return "this person's values were erased; nobody can restore them"


def writing_vault(settings: Settings) -> Vault:
    """The vault as the gateway has it. Raises SettingError."""
    return Vault(*_folders(settings), public=public_key(settings))


def reading_vault(settings: Settings) -> Vault:
    """The vault as the tool pool has it. Raises SettingError."""
    return Vault(*_folders(settings), private=private_key(settings))


def erasing_vault(settings: Settings) -> Vault:
    """The vault for whoever destroys keys; it can be neither written nor read. SettingError."""
    return Vault(*_folders(settings))


def _folders(settings: Settings) -> tuple[Files, Files]:
    """Entries and keys."""
    places = (
        (settings.vault_url, "vault", "TOLLWAY_VAULT_URL"),
        (settings.vault_keys_url, "vault-keys", "TOLLWAY_VAULT_KEYS_URL"),
    )
    entries, keys = (
        open_files(url or str((settings.data_dir / folder).absolute()), setting)
        for url, folder, setting in places
    )
    return entries, keys


def _bound(person: Person, run_id: str) -> bytes:
    """What an entry is bound to: it opens for no other person or run."""
    return f"{person.folder}/{run_id}".encode()


def _record(person: Person) -> str:
    return f"erased/{person.folder}.json"


def _key_name(content: bytes) -> str:
    return content[:KEY_NAME_BYTES].decode(errors="replace")
