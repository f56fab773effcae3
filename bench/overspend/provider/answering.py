"""What the provider answers: valid structured output, padded to as many tokens as it has made up.

Four bytes of input are a token. A token of padding is one space.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

BYTES_PER_TOKEN = 4
_MARK = re.compile(r"\[account (?P<account>[\w.-]+) ask (?P<ask>\d+)\]")
STRUCTURED = {
    "plan": '{"steps": [], "complete": true}',
    "answer": '{"answer": "It is done.", "citations": []}',
}
"""By the name of the schema that a request asks for."""
PLAIN = "It is done."


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as the provider reads it."""

    account: str
    ask: int
    model: str
    limit_tokens: int
    input_tokens: int
    schema: str
    streams: bool


def mark(account: str, ask: int) -> str:
    """What a request must hold, so that its call is billed to an account."""
    return f"[account {account} ask {ask}]"


def read(body: Mapping[str, Any]) -> Asked:
    """Read a request. Raises ValueError for one without a mark."""
    sent = orjson.dumps([body["messages"], body.get("response_format")])
    found = _MARK.search(sent.decode())
    if found is None:
        raise ValueError("messages: hold no [account NAME ask NUMBER]; add it")
    return Asked(
        account=found["account"],
        ask=int(found["ask"]),
        model=body["model"],
        limit_tokens=body.get("max_completion_tokens") or body.get("max_tokens") or 0,
        input_tokens=-(-len(sent) // BYTES_PER_TOKEN),
        schema=(body.get("response_format") or {}).get("json_schema", {}).get("name", ""),
        streams=bool(body.get("stream")),
    )


def length_tokens(asked: Asked) -> int:
    """How long the answer is: half of the limit up to all of it, the same for the same ask."""
    drawn = blake2b(f"{asked.account} {asked.ask}".encode(), digest_size=4).digest()
    half = asked.limit_tokens // 2
    return asked.limit_tokens - int.from_bytes(drawn, "big") % (half + 1)


def text_of(asked: Asked, tokens: int) -> str:
    """The answer itself."""
    said = STRUCTURED.get(asked.schema, PLAIN)
    return said + " " * max(0, tokens - len(said))
