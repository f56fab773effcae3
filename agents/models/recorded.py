"""The recorded model: plays the steps of a requests file as a model's answers.

Usage is plausible, about four characters a token, so that costs are real numbers; an answer ends at
the output limit that was sent, as a provider's does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from agents.models.interface import Completion, ModelUnavailable
from agents.models.recorded_handles import with_handles
from agents.models.recordings import Recordings, load
from streams.core.prices import Usage

if TYPE_CHECKING:
    from schemas.records import Call, ModelRequest

CHARACTERS_PER_TOKEN = 4
PROVIDER = "recorded"
_POLICY_ID = re.compile(r"<evidence id='(policy:[^']+)'>")
_STEP = re.compile(r"<step tool='([^']+)' status='([^']+)'>(.*?)</step>")


@dataclass(frozen=True, slots=True)
class RecordedModel:
    """Answers what was recorded. `steps_per_turn` 0 plans everything at once."""

    recordings: Recordings
    steps_per_turn: int = 0

    async def complete(self, call: Call, request: ModelRequest) -> Completion:
        """The recorded plan, or a plain reply. Raises ModelUnavailable for an unknown request."""
        answer = self._answer(call["user_id"], request)
        if answer is None:
            raise ModelUnavailable(
                f"no recording of this request and no provider for {call['name']}: "
                "set TOLLWAY_MODEL_BASE_URL and TOLLWAY_MODEL_API_KEY_FILE to use a real one"
            )
        longest = request["max_output_tokens"] * CHARACTERS_PER_TOKEN
        text = orjson.dumps(answer).decode()[:longest]
        sent = request["system"] + request["request"] + request["context"]
        return Completion(text, Usage(_tokens(sent), _tokens(text), 0, 0, 0), PROVIDER)

    def _answer(self, user_id: str, request: ModelRequest) -> Mapping[str, Any] | None:
        if request["answer_schema"] == "route":
            return self.recordings.route(user_id, request["request"])
        steps = self.recordings.find(user_id, request["request"])
        if steps is None:
            return None
        if request["answer_schema"] == "plan":
            return self._plan(user_id, request, steps)
        return _reply(request)

    def _plan(
        self, user_id: str, request: ModelRequest, steps: tuple[Mapping[str, Any], ...]
    ) -> dict[str, Any]:
        played = len(_STEP.findall(request["context"]))
        until = played + (self.steps_per_turn or len(steps))
        planned = with_handles(steps[played:until], request, user_id)
        return {"steps": planned, "complete": until >= len(steps)}


def open_recorded(path: Path | None, steps_per_turn: int = 0) -> RecordedModel:
    """The model of a requests file; without one it knows no request."""
    recordings = Recordings({}) if path is None else load(path)
    return RecordedModel(recordings, steps_per_turn)


def _reply(request: ModelRequest) -> dict[str, Any]:
    steps = _STEP.findall(request["context"])
    said = [f"{_plain(tool)}: done." for tool, status, _ in steps if status == "done"]
    said += [f"{_plain(tool)}: not done ({error})." for tool, status, error in steps if error]
    return {
        "answer": " ".join(said) or "There was nothing to change.",
        "citations": _POLICY_ID.findall(request["context"])[:1],
    }


def _plain(tool: str) -> str:
    return tool.replace("_", " ").capitalize()


def _tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)
