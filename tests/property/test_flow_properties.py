"""No call with a control argument from where it may not come is admitted without a grant."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.core.budget import Spender
from streams.core.flow.provenance import Origin, Provenance
from streams.core.gate import admit
from streams.core.states import Ask
from streams.core.verdicts import Admitted, Situation
from tests.builders import NOON_MS, workflow

SAFE = ("contract", "request", "trusted")
WORDS = st.sampled_from(["#W1", "#W2", "ann@example.com", "12.50 USD", "cancel", "a", "", "#W"])
SOURCES = st.sampled_from([*SAFE, "untrusted", "model"])
KINDS = st.sampled_from(["id", "amount", "email", "url", "path", "phone", "date", "text"])


@given(
    value=st.one_of(WORDS.filter(bool), st.text(min_size=1, max_size=6)),
    source=SOURCES,
    allowed=st.lists(st.sampled_from(SAFE), unique=True, min_size=1),
    request=st.lists(WORDS, max_size=4).map(" ".join),
    kind=KINDS,
    unprompted=st.booleans(),
)
def test_a_control_argument_comes_from_where_it_may(  # noqa: PLR0913, PLR0917  all that may vary
    value: str, source: Any, allowed: list[str], request: str, kind: str, unprompted: bool
) -> None:
    control = {"text": {"kind": kind, "sources": allowed}}
    flow = workflow(flow={"tools": {"send": {"control": control, "unprompted": unprompted}}})
    origin = {} if source == "model" else {"/text": Origin(source)}
    ask = Ask("tool", "send", {"text": value}, "why", provenance=Provenance(origin, request))
    who = Spender("acme", "ann", "run-1")
    verdict = admit(ask, Situation(flow, "execute", who, NOON_MS, lambda _: None))
    if isinstance(verdict, Admitted):
        found = verdict.sources["/text"].split()[0]
        assert found in allowed
        assert source != "untrusted"
        if source == "model":
            assert value in request
