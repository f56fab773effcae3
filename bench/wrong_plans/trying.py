"""Every wrong plan is tried: without a verifier model, and those that need one with one as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from agents.workflows import WorkflowFolder
from bench.retail_desk import DATA, Desk, planning
from bench.wrong_plans.judging import Tally, fate
from bench.wrong_plans.mutating import Case, mutants
from schemas.codec import Codec

WORKFLOW = Path("workflows/retail_support")
REQUESTS = WORKFLOW / "evals" / "requests.jsonl"


class Trial:
    """Recorded requests, their wrong plans, and a desk to try them on."""

    def __init__(self, folder: Path) -> None:
        codec = Codec()
        self._desk = Desk(folder, WorkflowFolder(WORKFLOW).load(codec), codec)
        files = {name: _read(DATA / f"{name}.json") for name in ("orders", "users", "products")}
        self._files = {**files, "variants": _variants(files["products"])}

    def run(self, most: int | None = None) -> dict[str, Any]:
        """Try all; `most` takes that many requests, spread evenly."""
        rows = _spread([*map(orjson.loads, REQUESTS.read_bytes().splitlines())], most)
        tally, right, stopped = Tally(), 0, []
        for number, request in enumerate(rows):
            case = Case(request, **self._files)
            right += 1
            if not self._is_done_right(case):
                stopped.append(request["id"])
            for name, plan, wrong_at in mutants(case, number):
                ended = self._desk.run(request, planning(plan))
                tally.add(name, fate(ended, wrong_at), _example(request, plan, wrong_at))
        return {
            "requests": right,
            "right_plans_stopped": stopped,
            "classes": tally.as_json(),
        }

    def close(self) -> None:
        """Let go of the store."""
        self._desk.close()

    def _is_done_right(self, case: Case) -> bool:
        """The recorded plan has exactly its effect, and is resolved unless a step is refused."""
        ended = self._desk.run(case.request, planning(case.plan))
        refused = any(step["error"] for step in case.request["steps"])
        resolved = ended.outcome["outcome"] == "resolved"
        return resolved != refused and ended.changed == case.request["changed"]


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
