"""Placeholders in a tool's arguments, replaced by their values where the contract allows it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from agents.privacy.vault import Person, Values, Vault
from schemas.derive import conform
from schemas.errors import ValueNotRestored
from streams.core.contract import Restore
from streams.core.placeholders import NUMBERED, filled
from streams.core.texts import every_text, texts_in
from streams.core.workflow import Workflow

if TYPE_CHECKING:
    from schemas.records import Call
    from schemas.strict import StrictModel


class Restored(NamedTuple):
    """A call's arguments as its tool gets them, and the values that were put in."""

    arguments: Any
    values: Values


class Restorer(Protocol):
    """Prepares the arguments of a call."""

    async def __call__(self, call: Call, arguments: Any) -> Restored:
        """Raises ValueNotRestored or VaultUnavailable."""


async def as_they_are(call: Call, arguments: Any) -> Restored:  # noqa: ARG001
    """For pools that may not read the vault."""
    return Restored(arguments, {})


@dataclass(frozen=True, slots=True)
class FromVault:
    """Restores what the contract of the call's workflow allows."""

    vault: Vault
    workflows: Mapping[str, Workflow]

    async def __call__(self, call: Call, arguments: StrictModel) -> Restored:
        """See Restorer. The vault is read only when something is to be restored."""
        rules = self._rules(call)
        wanted = dict(_wanted(rules, arguments))
        if not wanted:
            return Restored(arguments, {})
        person = Person(call["workspace"], call["user_id"])
        kept = await asyncio.to_thread(self.vault.values, person, call["run_id"])
        for placeholder, argument in wanted.items():
            if placeholder not in kept:
                raise ValueNotRestored(
                    f"{argument}: {placeholder} stands for no value of this run; only those in "
                    "the customer's request do"
                )
        values = {placeholder: kept[placeholder] for placeholder in wanted}
        return Restored(_filled(rules, arguments, values), values)

    def _rules(self, call: Call) -> list[Restore]:
        workflow = self.workflows.get(call["workflow"])
        rules = () if workflow is None else workflow.contract.restores
        return [rule for rule in rules if rule.tool == call["name"]]


def _wanted(rules: list[Restore], arguments: StrictModel) -> Iterator[tuple[str, str]]:
    """Each placeholder that may be restored, with the argument that it stands in."""
    given = arguments.model_dump(mode="json")
    for rule in rules:
        for text in texts_in(given.get(rule.argument)):
            for found in NUMBERED.finditer(text):
                if found[1] in rule.kinds:
                    yield found[0], rule.argument


def _filled(rules: list[Restore], arguments: StrictModel, values: Values) -> StrictModel:
    given = arguments.model_dump(mode="json")
    for rule in rules:
        mine = {name: value for name, value in values.items() if _kind(name) in rule.kinds}
        given[rule.argument] = every_text(given.get(rule.argument), partial(filled, values=mine))
    return conform(type(arguments), given)


def _kind(placeholder: str) -> str:
    found = NUMBERED.fullmatch(placeholder)
    return found[1] if found else ""
