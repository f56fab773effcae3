"""What operators change at run time."""

from __future__ import annotations

from typing import TypedDict


class CapSetting(TypedDict):
    """A cap of the contract that is set anew."""

    scope: str
    owner: str
    window: str
    time_zone: str
    name: str | None
    usd_micros: int | None


class CallSwitch(TypedDict):
    """A model, retriever or tool is switched on or off.

    A permission that the contract gives is narrowed, never widened.
    """

    name: str
    enabled: bool
    workflow: str | None
    state: str | None


class CostCorrection(TypedDict):
    """What a call cost by its provider's bill."""

    call_id: str
    actual_usd_micros: int
    bill: str


class Lever(TypedDict):
    """Runs pause, end or go on."""

    what: str
    name: str
    mode: str


class Cancellation(TypedDict):
    """One run ends where it is."""

    run_id: str
    outcome: str


class Confirmation(TypedDict):
    """A second person agrees to a command that waits."""

    command_id: str


class ControlCommand(TypedDict):
    """What an operator changes at run time in one workspace or in all of them, and why.

    Exactly one of the records in it is given.
    """

    command_id: str
    workspace: str
    who: str
    why: str
    issued_at_ms: int
    cap: CapSetting | None
    switch: CallSwitch | None
    correction: CostCorrection | None
    lever: Lever | None
    cancellation: Cancellation | None
    confirmation: Confirmation | None
