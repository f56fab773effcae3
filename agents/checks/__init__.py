"""Checks by code, by name: what verification and success criteria are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from agents.checks import work

if TYPE_CHECKING:
    from schemas.records import Check
    from streams.core.states import View

CHECKS: Mapping[str, Callable[[View], Check]] = {
    "all_steps_done": work.all_steps_done,
    "something_was_done": work.something_was_done,
    "right_account": work.right_account,
}
