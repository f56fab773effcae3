"""Values go back into a tool's arguments where the contract says so, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from agents.calltypes import tool_call_type
from agents.pools.acting import Done, Performer, as_done
from agents.privacy.restoring import FromVault
from agents.privacy.vault import Deposit, Erasure, Person, Vault, reading_vault, writing_vault
from agents.tools.spec import ToolSpec
from schemas.errors import ToolRefusal, VaultUnavailable
from schemas.examples import example
from schemas.strict import StrictModel
from streams.core.contract import Restore
from streams.settings import Settings
from tests.builders import NOON_MS

if TYPE_CHECKING:
    from schemas.records import Call, CallResult

RUN = "5e02a1c9d4f84b0c9a7d6e1f3b2c8d90"
EMAIL, SECRET = "jane.planted@example.com", "opensesame1"
VALUES = {"[EMAIL_1]": EMAIL, "[PASSWORD_1]": SECRET}


class Mail(StrictModel):
    """Arguments and result of a tool."""

    to: str
    text: str


SPEC = ToolSpec("mail", "Sends mail.", Mail, Mail, "write", idempotent=True)
TYPE = tool_call_type(SPEC, "test")
RULES = (Restore(tool="mail", argument="to", kinds=("EMAIL", "PASSWORD")),)


class Desk:
    """A tool that notes what it was given, and answers with it or refuses."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(data_dir=folder)
        self.person = Person("acme", "jane")
        self.vault = reading_vault(settings)
        self.gateway = writing_vault(settings)
        self.gateway.put(Deposit(self.person, RUN, "e", VALUES, 1))
        self.given: list[Mail] = []
        self.refuses = False

    async def act(self, _: Call, arguments: Mail) -> Done:
        self.given.append(arguments)
        if self.refuses:
            raise ToolRefusal(f"{arguments.to} is unknown")
        return Done(arguments, None)

    def performer(self) -> Performer:
        workflow: Any = SimpleNamespace(contract=SimpleNamespace(restores=RULES))
        restore = FromVault(self.vault, {"desk": workflow})
        act = cast("Any", self.act)
        return Performer(lambda _: TYPE, act, as_done, lambda: NOON_MS, "pool", restore=restore)

    async def perform(self, to: str, text: str = "", **changes: Any) -> CallResult:
        arguments = TYPE.encode_arguments({"to": to, "text": text})
        asked = {
            **example("call", "edge"),
            "workflow": "desk", "name": "mail", "kind": "tool", "run_id": RUN,
            "workspace": "acme", "user_id": "jane", "arguments": arguments,
            "arguments_schema": TYPE.arguments_schema, "not_after_ms": NOON_MS, **changes,
        }  # fmt: skip
        return await self.performer().perform(cast("Any", asked))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_the_tool_gets_the_value_and_answers_with_the_placeholder(desk: Desk) -> None:
    result = await desk.perform("to [EMAIL_1] and [PASSWORD_1]", "for [EMAIL_1]")
    assert desk.given == [Mail(to=f"to {EMAIL} and {SECRET}", text="for [EMAIL_1]")]
    answered = TYPE.decode_result(result["result_schema"], result["result"])
    assert answered == Mail(to="to [EMAIL_1] and [PASSWORD_1]", text="for [EMAIL_1]")


async def test_a_refusal_that_names_the_value_is_told_without_it(desk: Desk) -> None:
    desk.refuses = True
    result = await desk.perform("[EMAIL_1] [PASSWORD_1]")
    assert (result["status"], result["error"]) == ("refused", "[EMAIL_1] [PASSWORD_1] is unknown")


@pytest.mark.parametrize("placeholder", ["[EMAIL_2]", "[EMAIL_9]"])
async def test_a_placeholder_of_nobody_is_rejected_before_the_act(
    desk: Desk, placeholder: str
) -> None:
    result = await desk.perform(placeholder)
    assert (result["status"], result["cost_usd_micros"], desk.given) == ("rejected", 0, [])
    assert result["error"].startswith(f"to: {placeholder} stands for no value of this run")


async def test_kinds_that_the_contract_does_not_name_stay(desk: Desk) -> None:
    await desk.perform("[SSN_1]")
    assert desk.given == [Mail(to="[SSN_1]", text="")]


@pytest.mark.parametrize("other", [{"user_id": "john"}, {"workspace": "other"}])
async def test_another_person_gets_nothing(desk: Desk, other: dict[str, str]) -> None:
    result = await desk.perform("[EMAIL_1]", **other)
    assert (result["status"], desk.given) == ("rejected", [])


async def test_after_an_erasure_the_call_is_told_so(desk: Desk) -> None:
    desk.vault.erase(desk.person, Erasure("op", "asked to", 2))
    result = await desk.perform("[EMAIL_1]")
    assert (result["status"], desk.given) == ("rejected", [])
    assert "were erased" in result["error"]


async def test_a_vault_that_is_away_lets_the_call_be_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise VaultUnavailable("the vault cannot be read: it is away")

    monkeypatch.setattr(Vault, "values", away)
    result = await desk.perform("[EMAIL_1]")
    assert (result["status"], result["cost_usd_micros"], desk.given) == ("expired", 0, [])
