"""Log: the end of every run. The engine emits its outcome and forgets what only it needed."""

from __future__ import annotations

from streams.core.states import Absorbed, Answer, Move, View


class Log:
    """Ends the run."""

    name = "log"

    def proceed(self, view: View) -> Move:
        """The run is over."""
        return Move("logged", view.run)

    def absorb(self, view: View, answer: Answer) -> Absorbed:  # noqa: ARG002
        """Log makes no calls."""
        return Absorbed(view.run)
