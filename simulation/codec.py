"""A codec that reads and writes equal things once.

A world folds the same blocks again and again, and several processes, the audit among them, make
the same decisions.
"""

from __future__ import annotations

import marshal
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, cast

from schemas.codec import Codec

PLAIN = 2
"""A version of marshal in which equal values are equal bytes: it keeps no references."""


class RememberingCodec(Codec):
    """What it gives back is shared, and never changed in place by anybody."""

    def __init__(self) -> None:
        super().__init__()
        self._decoded: defaultdict[str, dict[bytes, dict[str, Any]]] = defaultdict(dict)
        self._written: dict[tuple[str, bytes, bytes], bytes] = {}

    def decode(self, name: str, value: bytes | None) -> dict[str, Any]:
        """See Codec."""
        if value is None:
            return super().decode(name, value)
        known = self._decoded[name].get(value)
        if known is None:
            known = self._decoded[name][value] = super().decode(name, value)
        return known

    def _write(self, name: str, record: Mapping[str, Any], header: bytes) -> bytes:
        try:
            what = (name, header, marshal.dumps(cast("Any", record), PLAIN))
        except ValueError:  # not made of plain values alone
            return super()._write(name, record, header)
        known = self._written.get(what)
        if known is None:
            known = self._written[what] = super()._write(name, record, header)
        return known
