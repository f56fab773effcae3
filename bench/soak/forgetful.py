"""`python -m bench.soak.forgetful SECONDS COMMAND...`: a production process with a shorter hour.

Contracts count in whole hours how long an ended run is remembered. This entry point makes that
hour so many seconds in its own process and then runs the ordinary command, so that a soak reaches
the state in which as many runs are forgotten as begin.
"""

from __future__ import annotations

import sys

from bench.chaos.without import replace
from streams.core import runs


def main() -> None:
    """Shorten the hour and run the command."""
    seconds, *command = sys.argv[1:]
    replace(runs, "HOUR_MS", int(float(seconds) * 1000))
    from tollway.cli import main as tollway  # noqa: PLC0415  after the hour is shortened

    sys.argv = ["tollway", *command]
    tollway()


if __name__ == "__main__":
    main()
