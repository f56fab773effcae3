"""The triage on all real complaints: nothing crashes, and what is scored was not fitted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from click.testing import CliRunner

from agents.calltypes import tool_call_type
from agents.tools.spec import CallContext
from agents.workflows import load_workflows
from bench.page import BEGIN, END
from bench.triage.__main__ import main, refitted
from bench.triage.scoring import complaints, routed
from schemas.codec import Codec
from schemas.errors import NonConforming, ToolRefusal
from streams.core.routing.router import Router
from tests.builders import result
from tests.unit.core.journey import Journey
from workflows.complaint_triage.classifying import words_of
from workflows.complaint_triage.data import WEIGHTS, teams, weights
from workflows.complaint_triage.form import FORM
from workflows.complaint_triage.schemas import derived
from workflows.complaint_triage.toolbox import open_toolbox
from workflows.complaint_triage.tools import TOOLS, RouteComplaint

ALL = complaints()
WORDED = [complaint for complaint in ALL if complaint.words]
FLOWS = load_workflows(Path("workflows"), Codec())
CALL_TYPE = tool_call_type(TOOLS[0], "complaint_triage")
HOSTILE = [
    "",
    "\x00\u202e\ufeff",
    "x" * 1_000_000,
    "😀" * 9_000,
    "XXXX XX/XX/XXXX {$0.00}",
    "{",
    "\ud800",
]


def router() -> Router:
    (found,) = [flow.router for flow in FLOWS.values() if flow.router is not None]
    return found


def test_every_complaint_is_classified_or_left_and_what_is_asked_conforms() -> None:
    assert (len(ALL), len(WORDED)) == (1_017, 194)
    for complaint in ALL:
        for tool, arguments in FORM.steps(complaint.words) or ():
            assert tool == "route_complaint"
            assert CALL_TYPE.encode_arguments(arguments)
            assert teams().products[arguments["product"]].team == arguments["team"]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:8]))
def test_no_text_crashes_the_rules_and_none_without_words_is_classified(text: str) -> None:
    assert FORM.steps(text) is None
    assert routed(router(), [text])


def test_no_complaint_is_routed_to_where_its_words_could_move_money() -> None:
    places = routed(router(), [complaint.words for complaint in WORDED])
    assert sum(places.values()) == len(WORDED)
    assert places["workflow complaint_triage"] > 90
    assert "workflow small_refund" not in places


def test_what_was_redacted_is_no_word() -> None:
    assert words_of("XXXX XX/XX/2023 Mortgage xxxx") == {"mortgage"}


def test_the_weights_on_disk_are_those_of_the_fitted_half_alone() -> None:
    assert yaml.safe_load(WEIGHTS.read_text("utf-8")) == refitted(ALL).model_dump()
    half = [complaint for complaint in ALL if complaint.fits]
    assert refitted(half) == refitted(ALL) == weights()


def test_the_page_holds_what_the_command_prints_and_the_rules_beat_the_commonest_class() -> None:
    page = Path("docs/triage.md").read_text("utf-8")
    printed = CliRunner().invoke(main, [])
    assert page.split(BEGIN)[1].split(END)[0].strip() == printed.stdout.strip()
    found = orjson.loads(CliRunner().invoke(main, ["--json"]).stdout)
    assert found["fitted_on"] + found["scored_on"] == found["with_words"] == 194
    for kind in ("product", "issue"):
        assert found[kind]["accuracy"] > found[kind]["always_the_commonest"]


def clear() -> str:
    return next(c.words for c in WORDED if FORM.steps(c.words) is not None)


def test_a_clear_complaint_asks_no_model_and_is_verified_against_the_rules() -> None:
    held = Journey(FLOWS["complaint_triage"])
    held.start(workflow="complaint_triage", request=clear())
    (call,) = held.calls
    assert (call["kind"], call["name"]) == ("tool", "route_complaint")
    asked: Any = CALL_TYPE.decode_arguments(call["arguments_schema"], call["arguments"])
    told = {name: getattr(asked, name) for name in ("team", "product", "issue")}
    answer = CALL_TYPE.encode_result(TOOLS[0].result(**told))
    done = {"status": "done", "result": answer, "result_schema": CALL_TYPE.result_schema}
    answered: Any = {**result(call, "failed", error=""), **done}
    assert held.finish(lambda _: answered)["outcome"] == "resolved"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"team": "mortgages_", "product": "Mortgage"}, "is not the team of product"),
        ({"issue": "Everything"}, "no issue is called Everything"),
        ({"response": "We pay all."}, "the rules say another product, issue or response"),
    ],
)
def test_a_complaint_that_went_elsewhere_is_noticed(changes: dict[str, str], told: str) -> None:
    (step,) = FORM.steps(clear()) or ()
    asked = orjson.dumps({**step[1], **changes}).decode()
    plan = [{"tool": step[0], "arguments_json": asked, "status": "done"}]
    view: Any = type("View", (), {"run": {"request": clear(), "plan": plan}})
    assert told in FLOWS["complaint_triage"].checks["routed_as_classified"](view)["detail"]


def test_the_toolbox_routes_once_for_each_key(tmp_path: Path) -> None:
    box = open_toolbox({"store_url": f"sqlite:///{tmp_path}/store.db"})
    context = CallContext("run-1", "acme", "ann", "k.1", "k", 0)
    asked = RouteComplaint(product="Mortgage", issue="Fees", team="mortgages", response="Thanks.")
    try:
        assert box.perform("route_complaint", asked, context) == box.perform(
            "route_complaint", asked, context
        )
        with pytest.raises(ToolRefusal, match="another complaint"):
            box.perform("route_complaint", asked.replaced(issue="Other"), context)
        with pytest.raises(NonConforming, match="known is route_complaint"):
            box.perform("close", asked, context)
    finally:
        box.close()


def test_the_schemas_on_disk_are_those_of_the_tools() -> None:
    for name, content in derived():
        assert (Path("workflows/complaint_triage/schemas") / name).read_bytes() == content
