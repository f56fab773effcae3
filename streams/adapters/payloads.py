"""The payload store: results too large for a record, each a file named by its content.

A folder on this machine, or whatever `fsspec` has a driver for. A file is written under another
name and then moved, so that it is there whole or not at all, and what is read is compared with
its name.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import fsspec

from schemas.errors import PayloadNotKept, PayloadUnavailable, SettingError
from streams.core.hashing import content_hash
from streams.core.payloads import Reference
from streams.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

_NAME = re.compile(r"[0-9a-f]{32}")
PART = ".part"
"""End of the name of a file that is being written."""


class Stored(NamedTuple):
    """A file of the store; `content_hash` is empty for one that was never finished."""

    path: str
    content_hash: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class PayloadStore:
    """Files in `folder` of an fsspec file system. Its slow parts run in threads."""

    files: Any
    folder: str

    async def put(self, content: bytes) -> Reference:
        """See core.payloads.Payloads."""
        return await asyncio.to_thread(self.write, content)

    async def get(self, reference: Reference) -> bytes:
        """See core.payloads.Payloads."""
        return await asyncio.to_thread(self.read, reference)

    def write(self, content: bytes) -> Reference:
        """Keep `content`; a file that is there is written anew, and so is young again.

        Raises PayloadNotKept.
        """
        reference = Reference(content_hash(content), len(content))
        path = self._path(reference.content_hash)
        part = f"{path}.{uuid4().hex}{PART}"
        try:
            self.files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self.files.pipe_file(part, content)
            self.files.mv(part, path)
        except Exception as error:
            with suppress(Exception):
                self.files.rm_file(part)
            raise PayloadNotKept(f"the payload store cannot be written: {_told(error)}") from error
        return reference

    def read(self, reference: Reference) -> bytes:
        """The content, checked. Raises PayloadUnavailable."""
        name = reference.content_hash
        if _NAME.fullmatch(name) is None:
            raise PayloadUnavailable("payload_hash", f"{name[:40]!r} is no content hash")
        try:
            content: bytes = self.files.cat_file(
                self._path(name), start=0, end=reference.size_bytes + 1
            )
        except FileNotFoundError as error:
            raise PayloadUnavailable("", f"payload {name} is not in the payload store") from error
        except Exception as error:
            reason = f"payload {name} cannot be read from the payload store: {_told(error)}"
            raise PayloadUnavailable("", reason) from error
        if len(content) != reference.size_bytes or content_hash(content) != name:
            reason = f"payload {name} has other content in the payload store than it was given"
            raise PayloadUnavailable("", reason)
        return content

    def reference(self, name: str) -> Reference:
        """What stands for the payload with this hash. Raises PayloadUnavailable."""
        try:
            return Reference(name, self.files.info(self._path(name))["size"])
        except FileNotFoundError as error:
            raise PayloadUnavailable("", f"payload {name} is not in the payload store") from error

    def stored(self) -> Iterator[Stored]:
        """Every file that this store has made."""
        if not self.files.exists(self.folder):
            return
        self.files.invalidate_cache()
        for path, info in sorted(self.files.find(self.folder, detail=True).items()):
            name = path.rpartition("/")[2]
            if _NAME.fullmatch(name):
                yield Stored(path, name, info["size"])
            elif name.endswith(PART):
                yield Stored(path, "", info["size"])

    def modified(self, stored: Stored) -> datetime:
        """When the file was written last."""
        at: datetime = self.files.modified(stored.path)
        return at

    def delete(self, stored: Stored) -> None:
        """Delete the file; one that is gone already is fine."""
        with suppress(FileNotFoundError):
            self.files.rm_file(stored.path)

    def _path(self, name: str) -> str:
        return f"{self.folder}/{name[:2]}/{name}"


def open_payload_store(settings: Settings) -> PayloadStore:
    """The store that the settings name. Raises SettingError when there is no such kind."""
    url = settings.payload_store_url or str((settings.data_dir / "payloads").absolute())
    try:
        files, folder = fsspec.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise SettingError(
            f"TOLLWAY_PAYLOAD_STORE_URL: {error}; name a folder, or install the driver for it"
        ) from error
    return PayloadStore(files, folder.rstrip("/"))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
