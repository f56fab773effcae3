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
    """A model, retriever or tool is switched on or off."""

    name: str
    enabled: bool


class CostCorrection(TypedDict):
    """What a call cost by its provider's bill."""

    call_id: str
    actual_usd_micros: int
    bill: str


class ControlCommand(TypedDict):
    """What an operator changes at run time in one workspace, and why.

    Exactly one of cap, switch and correction is given.
    """

    command_id: str
    workspace: str
    who: str
    why: str
    issued_at_ms: int
    cap: CapSetting | None
    switch: CallSwitch | None
    correction: CostCorrection | None
