"""Run states that come back are not decoded again, and what is kept is bounded."""

from __future__ import annotations

from typing import cast

from schemas.codec import Codec
from schemas.records import RunState
from streams.core import recent, runs
from streams.core.recent import Recent
from tests.builders import event


def _run() -> RunState:
    return runs.begin(event(), "run-1", runs.NO_VERSIONS, 5)


def test_bytes_that_were_sent_on_are_the_run_that_was_sent_once() -> None:
    run, kept = _run(), Recent()
    value = Codec().encode("run_state", run)
    kept.keep(value, run)
    assert kept.take(bytes(bytearray(value))) is run
    assert kept.take(value) is None
    assert kept.size_bytes == 0


def test_unknown_bytes_and_no_bytes_are_not_remembered() -> None:
    kept = Recent()
    assert kept.take(b"anything") is None
    assert kept.take(None) is None


def test_the_oldest_runs_are_forgotten_beyond_the_capacity() -> None:
    kept, run = Recent(), _run()
    large = recent.CAPACITY_BYTES // 2
    for letter in (b"a", b"b", b"c"):
        kept.keep(letter * large, run)
    assert kept.take(b"a" * large) is None
    assert kept.take(b"b" * large) is run
    assert kept.size_bytes == large


def test_what_is_remembered_equals_what_would_be_decoded() -> None:
    codec, run, kept = Codec(), _run(), Recent()
    value = codec.encode("run_state", run)
    kept.keep(value, run)
    assert kept.take(value) == cast("RunState", codec.decode("run_state", value))
