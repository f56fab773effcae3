"""The demonstration, run once, for what finance asks of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
from click.testing import CliRunner

from tests.integration.demo.conftest import tollway
from tollway.cli import main

REQUESTS = Path("tests/histories/requests.jsonl")


class Demo(NamedTuple):
    """Where its export and its warehouse are, and what it printed."""

    folder: Path
    requests: dict[str, Any]

    def ask(self, *words: str) -> Any:
        """The JSON that a budget command prints of its export."""
        return orjson.loads(self.print(*words, "--json"))

    def print(self, *words: str) -> str:
        """What a budget command prints of its export."""
        place = ("--export", str(self.folder / "export"))
        if words[0] == "chargeback":
            place = ("--path", str(self.folder / "warehouse.duckdb"))
        ended = CliRunner().invoke(main, ["budget", *words, *place])
        assert ended.exit_code == 0, ended.output
        return ended.stdout

    @property
    def spent_usd_micros(self) -> int:
        """All that its runs cost, as it printed it."""
        return sum(request["spent_usd_micros"] for request in self.requests.values())


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Eight requests; leave it as it is."""
    folder = tmp_path_factory.mktemp("demo")
    printed = tollway("demo", "--json", "--requests", str(REQUESTS), data_dir=str(folder))
    return Demo(folder / "demo", orjson.loads(printed)["requests"])
