"""Schemas change only so that old and new programs read each other's records.

::

    python -m schemas.compatibility                 check; exits 1 and says what is wrong
    python -m schemas.compatibility --retire NAME   before an edit: the current version to history
    python -m schemas.compatibility --lock          after it: take the edit as the next version
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from schemas import versioning
from schemas.errors import SettingError
from schemas.resolution import incompatibilities
from schemas.versioning import AVRO, LOCK, Versions, fingerprint, read_lock, versions, write_lock

__all__ = ["incompatibilities", "lock", "main", "problems", "retire"]


def problems(folder: Path = AVRO) -> list[str]:
    """What must be mended before these schemas may be used; empty when nothing."""
    found = versions(folder)
    gone = sorted(read_lock(folder).keys() - found.keys())
    return [
        *(f"{name}: has no schema any more; restore it while records of it exist" for name in gone),
        *(_why_not_locked(contract) for contract in found.values() if not contract.is_locked),
        *(problem for contract in found.values() for problem in _breaks(contract)),
    ]


def retire(name: str, folder: Path = AVRO) -> list[Path]:
    """Copy the current version of `name`, and of every contract that contains it, to history.

    Returns the files written. Raises SettingError for an unknown name or an edited schema.
    """
    found = versions(folder)
    if name not in found:
        raise SettingError(f"no schema is called {name}; there are {', '.join(found)}")
    chosen = [contract for contract in found.values() if contract.contains(found[name])]
    if edited := ", ".join(contract.name for contract in chosen if contract.is_edited):
        raise SettingError(f"{edited}: not as locked; put the locked text back, then retire it")
    return [versioning.retire(contract, folder) for contract in chosen if contract.is_locked]


def lock(folder: Path = AVRO) -> list[str]:
    """Take every edit as the next version. Returns what forbids it; empty when done."""
    found = versions(folder).values()
    edits = [contract for contract in found if contract.is_retired and contract.is_edited]
    others = [contract for contract in found if not (contract.is_locked or contract in edits)]
    wrong = [*map(_why_not_locked, others), *(line for edit in edits for line in _breaks(edit))]
    if not wrong:
        taken = {edit.name: [*edit.locked, fingerprint(edit.current)] for edit in edits}
        write_lock(read_lock(folder) | taken, folder)
    return wrong


def _why_not_locked(contract: Versions) -> str:
    name, number = contract.name, contract.number
    if contract.is_retired and contract.is_edited:
        return f"{name}: is new or edited; run `python -m schemas.compatibility --lock`"
    if contract.is_retired:
        return f"{name}: version {number} is retired and not edited; edit it, or delete the copy"
    if contract.is_edited and len(contract.retired) == number - 1:
        return (
            f"{name}: was edited before version {number} was retired; put the old text back, "
            f"run `python -m schemas.compatibility --retire {name}`, and edit again"
        )
    return f"{name}: history is not what {LOCK} locked; restore history/{name} and {LOCK}"


def _breaks(contract: Versions) -> list[str]:
    """Where the current and a retired version cannot read each other."""
    current = "the current version"
    return [
        f"{contract.name}: {reads} cannot read {writes}: {problem}"
        for number, retired in enumerate(contract.retired, start=1)
        for reads, reader, writes, writer in (
            (current, contract.current, f"version {number}", retired),
            (f"version {number}", retired, current, contract.current),
        )
        for problem in incompatibilities(reader, writer)
    ]


def main(arguments: Sequence[str] | None = None, folder: Path = AVRO) -> int:
    """The command line. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m schemas.compatibility")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--retire", metavar="NAME", help="copy the current version to history")
    action.add_argument("--lock", action="store_true", help="take every edit as the next version")
    chosen = parser.parse_args(arguments)
    try:
        wrong = _perform(chosen, folder)
    except SettingError as error:
        wrong = [str(error)]
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


def _perform(chosen: argparse.Namespace, folder: Path) -> list[str]:
    if chosen.retire:
        written = retire(chosen.retire, folder)
        sys.stdout.writelines(f"wrote {path.relative_to(folder)}\n" for path in written)
        return []
    return lock(folder) if chosen.lock else problems(folder)


if __name__ == "__main__":
    sys.exit(main())
