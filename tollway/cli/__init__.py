"""The `tollway` command; each subcommand is a row here and is imported only when it is used."""

from __future__ import annotations

import click

from tollway.cli.lazy import LazyGroup, Row

COMMANDS = {
    "demo": Row("tollway.cli.demo:demo", "Run real customer requests through all topics."),
    "worker": Row("tollway.cli.processes:worker", "Decide: consume the state topics."),
    "pool": Row("tollway.cli.processes:pool", "Perform model, retrieval or tool calls."),
    "publish": Row("tollway.cli.publish:publish", "Put requests on the intake topic."),
    "outcomes": Row("tollway.cli.outcomes:outcomes", "Print how runs ended, as they end."),
    "up": Row("tollway.cli.up:up", "Start every process on this machine and keep them running."),
    "setup": Row("tollway.cli.up:setup", "Make topics, and a store, before processes start."),
    "topics": Row("tollway.cli.up:topics", "List the topics, or make them."),
    "check": Row("tollway.cli.check:check", "Check contracts and say what a run may cost at most."),
    "policy": Row("tollway.cli.policy:policy", "Ask whether a call may happen, and why."),
    "metrics": Row("tollway.cli.metrics:metrics", "List the metrics, or read them from a process."),
    "runs": Row("tollway.cli.runs:runs", "List runs and what they cost."),
    "run": Row("tollway.cli.runs:run", "Show everything that happened to one run."),
    "control": Row("tollway.cli.control:control", "Stop runs, narrow permissions, set caps."),
    "sql": Row("tollway.cli.sql:sql", "Ask the warehouse any question in SQL."),
    "budget": Row("tollway.cli.budget:budget", "Answer finance: caps, costs, bills."),
    "replay": Row("tollway.cli.replay:replay", "Go through a past run again; spends nothing."),
    "audit": Row("tollway.cli.audit:audit", "Check the ledger, the journals, the warehouse."),
    "approvals": Row("tollway.cli.approvals:approvals", "Look at questions to people, and answer."),
    "dlq": Row("tollway.cli.dlq:dlq", "Look at dead letters, drive them again, or drop them."),
    "payloads": Row("tollway.cli.payloads:payloads", "Read or clear the store of large results."),
    "vault": Row("tollway.cli.vault:vault", "Make keys for personal data; erase a person."),
    "export": Row("tollway.cli.export:export", "Copy every topic into Avro files."),
    "sink": Row("tollway.cli.sink:sink", "Carry the ledger into the warehouse."),
    "simulate": Row("tollway.cli.simulate:simulate", "Try histories of trouble in this process."),
    "gateway": Row("tollway.cli.processes:gateway", "Check and re-key what outsiders publish."),
    "acls": Row("tollway.cli.acls:acls_group", "Show or grant what each role may on Kafka."),
    "broker": Row("tollway.cli.broker:broker", "Start, stop or look at a local Kafka broker."),
}


@click.group(cls=LazyGroup, rows=COMMANDS)
@click.version_option(package_name="tollway")
def main() -> None:
    """LLM agent workflows on Kafka: capped, contract-bound and replayable."""
