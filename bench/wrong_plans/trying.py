"""Every wrong plan is tried: without a verifier model, and those that need one with one as well."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from agents.workflows import WorkflowFolder
from bench.retail_desk import DATA, Desk, planning
from bench.wrong_plans.judging import Tally, fate
from bench.wrong_plans.mutating import SUBTLE, Case, Plan, in_few_words, mutants
from bench.wrong_plans.verifying import knowing, with_verifier
from schemas.codec import Codec

WORKFLOW = Path("workflows/retail_support")
REQUESTS = WORKFLOW / "evals" / "requests.jsonl"


_Tried = tuple[Case, str, Plan, int]


class Trial:
    """Recorded requests, their wrong plans, and desks to try them on."""

    def __init__(self, folder: Path) -> None:
        codec = Codec()
        workflow = WorkflowFolder(WORKFLOW).load(codec)
        self._desk = Desk(folder / "code", workflow, codec)
        self._verifying = Desk(folder / "verifier", with_verifier(workflow), codec)
        files = {name: _read(DATA / f"{name}.json") for name in ("orders", "users", "products")}
        self._files = {**files, "variants": _variants(files["products"])}

    def run(self, most: int | None = None) -> dict[str, Any]:
        """Try all; `most` takes that many requests, spread evenly."""
        rows = _spread([*map(orjson.loads, REQUESTS.read_bytes().splitlines())], most)
        cases = [Case(request, **self._files) for request in rows]
        stopped = [case.request["id"] for case in cases if not self._is_done_right(case)]
        few_words = [replace(case, request=in_few_words(case.request)) for case in cases]
        subtle = [*_tried(few_words, SUBTLE)]
        return {
            "requests": len(cases),
            "right_plans_stopped": stopped,
            "classes": self._fates(_tried(cases)),
            "in_few_words": self._fates(subtle),
            "in_few_words_with_verifier": self._fates(subtle, verified=True),
        }

    def _fates(self, tried: Iterable[_Tried], *, verified: bool = False) -> dict[str, Any]:
        tally = Tally()
        for case, name, plan, wrong_at in tried:
            model = knowing(case.plan, plan) if verified else planning(plan)
            ended = (self._verifying if verified else self._desk).run(case.request, model)
            tally.add(name, fate(ended, wrong_at), _example(case.request, plan, wrong_at))
        return tally.as_json()

    def close(self) -> None:
        """Let go of the store."""
        self._desk.close()
        self._verifying.close()

    def _is_done_right(self, case: Case) -> bool:
        """The recorded plan has exactly its effect, and is resolved unless a step is refused."""
        ended = self._desk.run(case.request, planning(case.plan))
        refused = any(step["error"] for step in case.request["steps"])
        resolved = ended.outcome["outcome"] == "resolved"
        return resolved != refused and ended.changed == case.request["changed"]


def _tried(cases: Iterable[Case], classes: Collection[str] = ()) -> Iterator[_Tried]:
    """The wrong plans of these cases; of these classes, where any are given."""
    for number, case in enumerate(cases):
        for name, plan, wrong_at in mutants(case, number):
            if not classes or name in classes:
                yield case, name, plan, wrong_at


def _variants(products: Mapping[str, Any]) -> dict[str, tuple[str, Mapping[str, Any]]]:
    return {
        item_id: (product_id, variant)
        for product_id, product in products.items()
        for item_id, variant in product["variants"].items()
    }


def _spread(rows: list[Any], most: int | None) -> list[Any]:
    return rows if most is None or most >= len(rows) else rows[:: len(rows) // most][:most]


def _example(request: Mapping[str, Any], plan: Sequence[Any], at: int) -> dict[str, Any]:
    step = plan[at] if at >= 0 else None
    return {"request": request["id"], "asked": request["request"], "wrong_step": step}


def _read(path: Path) -> Any:
    return orjson.loads(path.read_bytes())
