"""The key pair of the tool pool: whoever holds its public half may seal, it alone may open.

Both halves are X25519 keys in PEM files. Where no file is named, a pair is made in the data
directory, for trying out: there every process may read it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from schemas.errors import SettingError
from streams.settings import Settings

PRIVATE, PUBLIC = "private.pem", "public.pem"
FOLDER = "vault-identity"
Key = TypeVar("Key")


def public_key(settings: Settings) -> X25519PublicKey:
    """What the gateway seals with. Raises SettingError."""
    path = settings.vault_public_key_file
    if path is None:
        return _own(settings.data_dir / FOLDER).public_key()
    return _read(path, "TOLLWAY_VAULT_PUBLIC_KEY_FILE", _public)


def private_key(settings: Settings) -> X25519PrivateKey:
    """What the tool pool opens with. Raises SettingError."""
    path = settings.vault_private_key_file
    if path is None:
        return _own(settings.data_dir / FOLDER)
    return _read(path, "TOLLWAY_VAULT_PRIVATE_KEY_FILE", _private)


def make_pair(folder: Path) -> None:
    """A new pair in a folder, unless one is there, also when several processes do it at once."""
    folder.mkdir(parents=True, exist_ok=True)
    key, part = X25519PrivateKey.generate(), folder / f"{PRIVATE}.{os.getpid()}.part"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secret)
    with suppress(FileExistsError):
        os.link(part, folder / PRIVATE)  # fails where there is one: the first stays
    part.unlink()
    kept = _private((folder / PRIVATE).read_bytes())
    open_half = kept.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / PUBLIC).write_bytes(open_half)


def _own(folder: Path) -> X25519PrivateKey:
    if not (folder / PRIVATE).exists():
        make_pair(folder)
    return _read(folder / PRIVATE, "TOLLWAY_DATA_DIR", _private)


def _private(pem: bytes) -> X25519PrivateKey:
    key = load_pem_private_key(pem, None)
    if not isinstance(key, X25519PrivateKey):
        raise TypeError("it is no X25519 key")
    return key


def _public(pem: bytes) -> X25519PublicKey:
    key = load_pem_public_key(pem)
    if not isinstance(key, X25519PublicKey):
        raise TypeError("it is no X25519 key")
    return key


def _read(path: Path, setting: str, load: Callable[[bytes], Key]) -> Key:
    try:
        return load(path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        advice = "name a PEM file that `tollway vault keys` has made"
        raise SettingError(f"{setting}: {path.name}: {error}; {advice}") from error
