"""The steps of a replay in words and as JSON, with what travelled decoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from schemas.codec import Codec
from schemas.errors import RecordError
from tollway.cli.tabular import seconds, usd

if TYPE_CHECKING:
    from streams.core.workflow import Workflow
    from streams.sources.replay import Step

LONGEST = 160
"""More of a text than this is cut; JSON has it whole."""


@dataclass(frozen=True, slots=True)
class Retelling:
    """Tells steps. Arguments and results are decoded by the workflows deployed here."""

    codec: Codec
    workflows: Mapping[str, Workflow]

    def in_words(self, steps: list[Step]) -> str:
        """All steps as text."""
        first = steps[0]
        begun_ms = first.block["decided_at_ms"]
        begun = datetime.fromtimestamp(begun_ms / 1000, UTC).isoformat(" ", "milliseconds")
        lines = [
            f"Run {first.decision['run_id']}, begun {begun}, from ledger/{first.partition}.",
            "Read again: nothing is spent and nothing is done.",
        ]
        for number, step in enumerate(steps, 1):
            lines += ["", *self._step(number, step, step.block["decided_at_ms"] - begun_ms)]
        return "\n".join([*lines, "", _verdict(steps)])

    def as_dict(self, step: Step) -> dict[str, Any]:
        """One step, whole."""
        source = step.source
        return {
            "offset": step.offset,
            "index": step.index,
            "decided_at_ms": step.block["decided_at_ms"],
            "writer": step.block["writer"],
            "input": None if source is None else self._record(source.value),
            "decision": {
                name: value
                for name, value in dict(step.decision).items()
                if name not in {"changes", "emits"}
            },
            "emits": [
                {"topic": emit["topic"], "record": self._record(emit["value"])}
                for emit in step.decision["emits"]
            ],
            "decided_again": {"verdict": step.again.verdict, "fields": step.again.fields},
        }

    def _step(self, number: int, step: Step, since_ms: int) -> Iterator[str]:
        decision = step.decision
        moved = f" -> {decision['transition']}" if decision["transition"] else ""
        where = f"{decision['input_topic']}/{step.partition} offset {decision['input_offset']}"
        yield f"{number:3}  +{seconds(since_ms)}  {decision['state']}: {decision['rule']}{moved}"
        if step.source is not None:
            yield f"     in   {where}: {self._told(step.source.value)}"
        else:
            yield f"     in   {where}, which is not held any more"
        if decision["reason"]:
            yield f"     why  {_cut(decision['reason'])}"
        for emit in decision["emits"]:
            yield f"     out  {emit['topic']}: {self._told(emit['value'])}"
        if step.again.verdict != "same":
            yield f"     now  {step.again.verdict}: {', '.join(step.again.fields) or '-'}"

    def _told(self, value: bytes | None) -> str:
        """A record in one line."""
        try:
            name = self.codec.writer(value).name
            record = self.codec.decode(name, value)
        except RecordError as error:
            return f"{len(value or b'')} bytes that do not decode: {error}"
        return WORDS[name](self, record) if name in WORDS else name

    def _record(self, value: bytes | None) -> dict[str, Any] | None:
        """A record with the typed contents that it carries."""
        try:
            name = self.codec.writer(value).name
            record = self.codec.decode(name, value)
        except RecordError:
            return None
        if name == "call":
            record["arguments"] = self._arguments(record)
        elif name == "call_result":
            record["result"] = f"{record['payload_bytes'] or len(record['result'])} bytes"
        return record

    def _arguments(self, call: Mapping[str, Any]) -> Any:
        """The arguments of a call as its type has them; their size when no workflow knows it."""
        workflow = self.workflows.get(call["workflow"])
        wire: Any = workflow and workflow.call_types.get((call["kind"], call["name"]))
        try:
            typed = wire.decode_arguments(call["arguments_schema"], call["arguments"])
        except (RecordError, AttributeError):
            return f"{len(call['arguments'])} bytes"
        return typed.model_dump(mode="json") if isinstance(typed, BaseModel) else typed


def _event(_: Retelling, event: Mapping[str, Any]) -> str:
    return f"event {event['event_id']} of {event['user_id']}: {_cut(event['request'])}"


def _run(_: Retelling, run: Mapping[str, Any]) -> str:
    steps = [f"{step['tool']} {step['status']}" for step in run["plan"]]
    told = [
        f"{len(run['evidence'])} read",
        f"plan: {', '.join(steps)}" if steps else "no plan",
        f"checks: {', '.join(_check(check) for check in run['checks'])}" if run["checks"] else "",
        f"error: {run['error']}" if run["error"] else "",
        f"answer: {run['answer']}" if run["answer"] else "",
        f"{usd(run['spent_usd_micros'])} spent",
    ]
    return _cut("; ".join(part for part in told if part), 2 * LONGEST)


def _check(check: Mapping[str, Any]) -> str:
    return f"{check['name']} {'passed' if check['passed'] else 'FAILED'}"


def _call(retelling: Retelling, call: Mapping[str, Any]) -> str:
    held = f"{usd(call['reserved_usd_micros'])} held"
    what = f"{call['name']} attempt {call['attempt']}, {held}"
    if call["kind"] == "model":
        return f"{what}, {len(call['arguments'])} bytes sent"
    return f"{what}: {_cut(str(retelling._arguments(call)))}"  # noqa: SLF001  of one module


def _result(_: Retelling, result: Mapping[str, Any]) -> str:
    took = seconds(result["finished_at_ms"] - result["started_at_ms"])
    cost = f"{usd(result['cost_usd_micros'])} after {took} at {result['pool']}"
    tokens = f", {result['input_tokens']} tokens read and {result['output_tokens']} written"
    said = f": {_cut(result['error'])}" if result["error"] else ""
    stored = f", payload {result['payload_hash']}" if result["payload_hash"] else ""
    return f"{result['status']}, {cost}{tokens if result['input_tokens'] else ''}{stored}{said}"


def _outcome(_: Retelling, outcome: Mapping[str, Any]) -> str:
    said = f"{outcome['outcome']}, {usd(outcome['spent_usd_micros'])} spent"
    return f"{said}: {_cut(outcome['answer'] or outcome['error'] or '')}"


def _dead_letter(_: Retelling, letter: Mapping[str, Any]) -> str:
    return f"{letter['reason']}: {_cut(letter['message'])}"


WORDS: Mapping[str, Callable[[Retelling, Mapping[str, Any]], str]] = {
    "intake_event": _event,
    "run_state": _run,
    "call": _call,
    "call_result": _result,
    "outcome": _outcome,
    "dead_letter": _dead_letter,
}
"""How a record of each schema is told in a line."""


def _verdict(steps: list[Step]) -> str:
    """Where the run would go another way today."""
    differing = [number for number, step in enumerate(steps, 1) if step.again.verdict == "differs"]
    other = sum(step.again.verdict == "other versions" for step in steps)
    lacking = sum(step.again.verdict == "input not held" for step in steps)
    if differing:
        return f"Decided again, step {differing[0]} would now come out differently."
    if other:
        return f"{other} steps come out differently under the workflow versions deployed here."
    rest = f"; {lacking} could not be, as their inputs are gone" if lacking else ""
    return f"Decided again, all {len(steps) - lacking} steps come out the same{rest}."


def _cut(text: str, longest: int = LONGEST) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
