"""Freeze the bytes of every example that the current version has not framed yet."""

from __future__ import annotations

import sys

from schemas.codec import Codec
from schemas.examples import EXAMPLES, cases, example, freeze, frozen
from schemas.versioning import versions


def main() -> None:
    """Write the missing files and name them. What is there stays as it is."""
    codec, known = Codec(), versions()
    for name, case in cases():
        number = known[name].number
        if number not in frozen(name, case):
            path = freeze(name, case, number, codec.encode(name, example(name, case)))
            sys.stdout.write(f"wrote {path.relative_to(EXAMPLES)}\n")


if __name__ == "__main__":
    main()
