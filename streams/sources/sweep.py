"""What the payload store may let go of: no table names it, and it is old."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from schemas.codec import Codec
from schemas.errors import SettingError
from streams.adapters.payloads import PayloadStore
from streams.core import tables
from streams.core.answers import RESULTS
from streams.core.chain import NOWHERE
from streams.core.fold import Fold
from streams.core.folding import start_offset
from streams.sources.order import LEDGER
from streams.sources.record import RecordSource

if TYPE_CHECKING:
    from schemas.records import CallResult, RunEntry


@dataclass(slots=True)
class Swept:
    """What was found in the store, in files and bytes."""

    deleted: int = 0
    deleted_bytes: int = 0
    in_use: int = 0
    young: int = 0


async def payloads_in_use(source: RecordSource, codec: Codec) -> frozenset[str]:
    """Hashes of what remembered runs have taken in, and of what waits to be taken in.

    Raises SettingError when there is no ledger, and ChainBroken when its beginning is missing.
    """
    found: set[str] = set()
    folds = {n: await _fold(source, codec, n) for n in await source.partitions(LEDGER)}
    if all(fold.chain.head_offset == NOWHERE for fold in folds.values()):
        raise SettingError(
            "the ledger is empty, so nothing is known of what is in use; "
            "check TOLLWAY_BOOTSTRAP_SERVERS and TOLLWAY_TOPIC_PREFIX"
        )
    for number, fold in folds.items():
        for _, entry in fold.tables.items(tables.RUNS):
            found.update(cast("RunEntry", entry)["payloads"])
        async for record in source.read(RESULTS, number, fold.next_offset(RESULTS)):
            result = cast("CallResult", codec.decode("call_result", record.value))
            found.add(result["payload_hash"])
    return frozenset(found)


def sweep(
    store: PayloadStore, in_use: Collection[str], before: datetime, *, dry_run: bool
) -> Swept:
    """Delete what is not in use and was written before a time; a dry run only counts."""
    swept = Swept()
    for stored in store.stored():
        if stored.content_hash in in_use:
            swept.in_use += 1
        elif store.modified(stored) >= before:
            swept.young += 1
        else:
            swept.deleted += 1
            swept.deleted_bytes += stored.size_bytes
            if not dry_run:
                store.delete(stored)
    return swept


async def _fold(source: RecordSource, codec: Codec, partition: int) -> Fold:
    fold = Fold(codec)
    start_offset(NOWHERE, (await source.held(LEDGER, partition)).first)
    async for record in source.read(LEDGER, partition):
        fold.read(record.offset, record.value or b"")
    return fold
