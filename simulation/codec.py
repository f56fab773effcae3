"""A codec that decodes equal bytes once: a world folds the same blocks again and again."""

from __future__ import annotations

from typing import Any

from schemas.codec import Codec


class RememberingCodec(Codec):
    """What it gives back is shared, and never changed in place by anybody."""

    def __init__(self) -> None:
        super().__init__()
        self._decoded: dict[tuple[str, bytes], dict[str, Any]] = {}

    def decode(self, name: str, value: bytes | None) -> dict[str, Any]:
        """See Codec."""
        if value is None:
            return super().decode(name, value)
        known = self._decoded.get((name, value))
        if known is None:
            known = self._decoded[name, value] = super().decode(name, value)
        return known
