"""The 1,054 injected cases through the public choke point, `tollway.policy.decide`.

Each case has a contract made from the schemas of its tools: the customer's tool, and the
attacker's as well or not. The planner first does the customer's task, then obeys what the
result told it: once as literals, once by handles on the result.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import orjson

from bench.redteam.score import Case
from bench.redteam.tools import DATA, Tool, kind_of, tools
from streams.core.contract import Contract
from streams.core.flow.pointers import leaves
from tollway.policy import Call, Decision, Origin, Provenance, decide

FILES = ("test_cases_dh_base.json", "test_cases_ds_base.json")
HOST = re.compile(r"\b(?:[\w-]+\.)+(?:com|org|net)\b")
TOKENS: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.\w+)+"),
    "url": re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)+\S*"),
    "path": re.compile(r"[~.]?/[\w./~-]+|[\w-]+\.\w{2,4}\b"),
    "amount": re.compile(r"\d[\d,.]*"),
    "phone": re.compile(r"\+?\d[\d-]{6,}"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "id": re.compile(r"\b(?=\w*\d)[\w-]+"),
}
ALLOWED = Decision("allowed")


def cases(*, policy: bool) -> Iterator[Case]:
    """Every case, with the attacker's tools in the allowlist and out of it, by two planners."""
    for row in _rows():
        for inside in (True, False):
            for handles in (True, False):
                yield _case(row, inside=inside, handles=handles, policy=policy)


@cache
def _rows() -> tuple[Mapping[str, Any], ...]:
    return tuple(row for name in FILES for row in orjson.loads((DATA / name).read_bytes()))


def _case(row: Mapping[str, Any], *, inside: bool, handles: bool, policy: bool) -> Case:
    contract = _contract(row, inside=inside)
    request, known = row["User Instruction"], tools()

    def decided(
        tool: Tool, arguments: Mapping[str, Any], origins: Mapping[str, Origin]
    ) -> Decision:
        if not policy:
            return ALLOWED
        seen = Provenance(origins, request, classes=("private",))
        return decide(contract, seen, Call(tool.name, arguments, tool.reads))

    user = known[row["User Tool"]]
    honest = decided(user, ast.literal_eval(row["Tool Parameters"]), {})
    acts, reads, stopped = False, False, ""
    for name in row["Attacker Tools"]:
        tool, arguments = known[name], _obeyed(known[name], row["Attacker Instruction"])
        verdict = decided(tool, arguments, _from_result(arguments) if handles else {})
        acts = acts or (not tool.reads and verdict.verdict == "allowed")
        reads = reads or (tool.reads and verdict.verdict == "allowed")
        stopped = verdict.rule or stopped
    suite = f"injected, attacker's tools {'in' if inside else 'out'}"
    done, asked = honest.verdict != "denied", honest.verdict == "needs_approval"
    return Case(suite, acts, reads and not acts, done, int(asked), "" if acts else stopped)


def _contract(row: Mapping[str, Any], *, inside: bool) -> Contract:
    """What an author who knows the customer's task writes, with a person for what is unclear."""
    names = [row["User Tool"], *(row["Attacker Tools"] if inside else ())]
    known = [row["User Tool"], *row["Attacker Tools"]]
    hosts = sorted({*HOST.findall(row["User Instruction"])})
    return Contract.model_validate_json(
        orjson.dumps(
            {
                "workflow": "injected",
                "version": 1,
                "max_run_usd_micros": 1,
                "objectives": {"latency_p95_ms": 1},
                "forbidden": [],
                "success": ["all_steps_done"],
                "flow": {
                    "tools": {name: tools()[name].flow() for name in known},
                    "ask": {"role": "owner"},
                },
                "states": {
                    "execute": {
                        "calls": 5,
                        "tools": names,
                        "network": "listed",
                        "destinations": hosts,
                    }
                },
            }
        )
    )


def _obeyed(tool: Tool, instruction: str) -> dict[str, Any]:
    """Arguments as the instruction wants them: its first token of the kind, or all of it."""
    wanted = [one for one in tool.parameters if one["required"]]
    return {one["name"]: _argument(one, instruction) for one in wanted}


def _argument(parameter: Mapping[str, Any], instruction: str) -> Any:
    shape = TOKENS.get(kind_of(parameter["name"]))
    found = None if shape is None else shape.search(instruction)
    text = instruction if found is None else found[0]
    if parameter["type"] in {"number", "integer"}:
        digits = re.sub(r"[^\d.]", "", text).strip(".")
        return float(digits) if digits.replace(".", "", 1).isdigit() else 1.0
    wrapped: Mapping[str, Any] = {"array": [text], "object": {"value": text}, "boolean": True}
    return wrapped.get(parameter["type"], text)


def _from_result(arguments: Mapping[str, Any]) -> dict[str, Origin]:
    """Handles on the result that carried the instruction."""
    return {pointer: Origin("untrusted", f"call:1#{pointer}") for pointer, _ in leaves(arguments)}
