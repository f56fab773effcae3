"""`tollway demo`: the main job on real input."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import click
import orjson

from streams.settings import Settings, load_settings
from tollway.running import interrupt_on_sigterm

SUGGESTIONS = """
The warehouse is {folder}/warehouse.duckdb, and every topic is in {folder}/export. Next, try:
  export TOLLWAY_DATA_DIR={folder}
  .venv/bin/tollway runs --outcome escalated --limit 5
  .venv/bin/tollway run show {run}
  .venv/bin/tollway replay {run} --export {folder}/export
  .venv/bin/tollway sql "SELECT customer_tier, count(*), sum(spent_usd_micros) FROM runs GROUP BY 1"
  .venv/bin/tollway audit verify --export {folder}/export"""


@click.command()
@click.option(
    "--requests",
    "requests_file",
    type=click.Path(path_type=Path),
    help="A file in the format of workflows/retail_support/evals/requests.jsonl.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
@click.option("--workers", default=1, show_default=True, help="How many workers.")
@click.option("--tool-pools", default=1, show_default=True, help="How many tool pools.")
@click.option("--kafka", is_flag=True, help="Use TOLLWAY_BOOTSTRAP_SERVERS, not a memory broker.")
def demo(
    requests_file: Path | None, as_json: bool, workers: int, tool_pools: int, kafka: bool
) -> None:
    """Run real customer requests through all topics and say what came of them.

    Needs nothing but this package: the broker lives in memory, the model plays recorded answers,
    the tools change a real database. TOLLWAY_STORE_URL names another one, for instance PostgreSQL.

    \b
    Examples:
      tollway demo
      tollway demo --requests my-requests.jsonl --json
      TOLLWAY_BOOTSTRAP_SERVERS=localhost:9092 tollway demo --kafka --workers 2 --tool-pools 2
    """
    from tollway.demo.run import Demo, fresh_folder, scene, to_stderr

    interrupt_on_sigterm()
    base = load_settings()
    folder = fresh_folder(base.data_dir / "demo")
    shown = scene(base)
    requests_path = requests_file or shown.REQUESTS
    with ExitStack() as running:
        settings = _settings(base, folder, requests_path, kafka, running)
        demonstration = Demo(settings, folder, requests_path, shown, workers, tool_pools)
        report = demonstration.run(to_stderr)
    if as_json:
        click.echo(orjson.dumps(report.as_json()))
        return
    click.echo("\n" + report.in_words())
    click.echo(SUGGESTIONS.format(folder=folder, run=report.requests[0].run_id[:12]))


def _settings(
    base: Settings, folder: Path, requests_file: Path, kafka: bool, running: ExitStack
) -> Settings:
    """The deployment's settings with a store, recordings and topics of the demo's own."""
    changes = {
        "data_dir": folder,
        "recordings": requests_file,
        "store_url": base.store_url or f"sqlite:///{folder.resolve()}/store.db",
        "topic_prefix": f"{base.topic_prefix}demo-{uuid4().hex[:8]}." if kafka else "",
    }
    if not kafka:
        from streams.brokers import memory

        broker = running.enter_context(memory.start())
        changes |= {"bootstrap_servers": broker.bootstrap_servers, "broker_kind": "memory"}
        changes |= {"partitions": 4}
    return base.model_copy(update=changes)
