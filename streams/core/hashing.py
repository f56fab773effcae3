"""Hashes: blake2b with 128 bits, of exactly the bytes that were sent or stored."""

from __future__ import annotations

from hashlib import blake2b

HASH_BYTES = 16


def digest(content: bytes) -> bytes:
    """The 16-byte hash of `content`."""
    return blake2b(content, digest_size=HASH_BYTES).digest()


def content_hash(content: bytes) -> str:
    """The hash of `content` in hex, as it stands in records."""
    return blake2b(content, digest_size=HASH_BYTES).hexdigest()


def run_id(workspace: str, event_id: str) -> str:
    """The id of the run that an intake event starts; a repeated event gives the same run."""
    return content_hash(f"{workspace}\x00{event_id}".encode())
