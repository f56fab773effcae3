"""Intake: the event was admitted, so the run goes on. Later, risk and path are chosen here."""

from __future__ import annotations

from streams.core.states import Absorbed, Answer, Move, View


class Intake:
    """Lets an admitted run in."""

    name = "intake"

    def proceed(self, view: View) -> Move:
        """On to retrieval."""
        return Move("accepted", view.run)

    def absorb(self, view: View, answer: Answer) -> Absorbed:  # noqa: ARG002
        """Intake makes no calls."""
        return Absorbed(view.run)
