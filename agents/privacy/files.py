"""Small files in a folder, on this machine or wherever `fsspec` has a driver for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import fsspec

from schemas.errors import SettingError, VaultUnavailable

PART = ".part"
"""End of the name of a file that is being written."""


@dataclass(frozen=True, slots=True)
class Files:
    """Files in `folder` of an fsspec file system. Each is there whole or not at all."""

    system: Any
    folder: str

    def write(self, name: str, content: bytes) -> None:
        """Keep `content` in place of what is there. Raises VaultUnavailable."""
        path = f"{self.folder}/{name}"
        part = f"{path}.{uuid4().hex}{PART}"
        try:
            self.system.makedirs(path.rpartition("/")[0], exist_ok=True)
            self.system.pipe_file(part, content)
            self.system.mv(part, path)
        except Exception as error:
            with suppress(Exception):
                self.system.rm_file(part)
            raise _unavailable("written", error) from error

    def read(self, name: str) -> bytes | None:
        """The content; None when there is no such file. Raises VaultUnavailable."""
        try:
            content: bytes = self.system.cat_file(f"{self.folder}/{name}")
        except FileNotFoundError:
            return None
        except Exception as error:
            raise _unavailable("read", error) from error
        return content

    def names(self, folder: str) -> Iterator[str]:
        """The names of the finished files in a folder of this one. Raises VaultUnavailable."""
        try:
            self.system.invalidate_cache()
            found = sorted(self.system.ls(f"{self.folder}/{folder}", detail=False))
        except FileNotFoundError:
            return
        except Exception as error:
            raise _unavailable("read", error) from error
        for path in found:
            name = str(path).rpartition("/")[2]
            if not name.endswith(PART):
                yield f"{folder}/{name}"

    def delete(self, name: str) -> None:
        """Delete a file; one that is gone already is fine. Raises VaultUnavailable."""
        try:
            self.system.rm_file(f"{self.folder}/{name}")
        except FileNotFoundError:
            return
        except Exception as error:
            raise _unavailable("written", error) from error


def open_files(url: str, setting: str) -> Files:
    """The folder at a URL or path. Raises SettingError when there is no such kind."""
    try:
        system, folder = fsspec.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise SettingError(f"{setting}: {error}; name a folder, or install its driver") from error
    return Files(system, folder.rstrip("/"))


def _unavailable(done: str, error: Exception) -> VaultUnavailable:
    return VaultUnavailable(f"the vault cannot be {done}: {type(error).__name__}: {error}")
