"""Every metric that a process exposes, as data: what it counts, and what to do about it.

Labels are bounded: states, rules, topics and names that a contract or the code lists, never runs,
workspaces or customers. `docs/metrics.md` and the Prometheus registry are made from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]
Role = Literal["worker", "pool", "gateway", "sink"]

DECIDING: tuple[Role, ...] = ("worker", "pool")
MILLISECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
MINUTES = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)
MEBIBYTES = tuple(float(2**power) for power in range(16, 29, 2))


@dataclass(frozen=True, eq=False, slots=True)
class Metric:
    """One metric. `todo` says what to look at when it moves, or that nothing needs doing."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    unit: str
    exposed_by: tuple[Role, ...]
    meaning: str
    todo: str
    buckets: tuple[float, ...] = ()


DECISIONS = Metric(
    "tollway_decisions_total",
    "counter",
    ("state", "rule"),
    "decisions",
    DECIDING,
    "Decisions on accepted blocks. The rule `dead_letter` is a record that could not be decided.",
    "Steady is well. None while `tollway_inbox_records` grows: restart the process, read its log.",
)
DUPLICATES = Metric(
    "tollway_duplicate_inputs_total",
    "counter",
    ("topic",),
    "records",
    DECIDING,
    "Records that were delivered again and dropped.",
    "Normal after a restart or rebalance. Steady growth: look for a process that restarts often.",
)
GAPS = Metric(
    "tollway_input_gaps_total",
    "counter",
    ("topic",),
    "gaps",
    DECIDING,
    "Deliveries that skipped records; the consumer was sent back to them.",
    "Normal after a rebalance. Steady growth: check the retention of the topic.",
)
BLOCKS = Metric(
    "tollway_ledger_blocks_total",
    "counter",
    ("outcome",),
    "blocks",
    DECIDING,
    "Blocks appended here; of those accepted or lost to another writer; and void ones, by "
    "whomever, that folds have read.",
    "Some are lost when a partition changes hands. Steady loss: two processes hold one "
    "partition; check that both are in the same consumer group and use the same assignor.",
)
APPEND_SECONDS = Metric(
    "tollway_ledger_append_seconds",
    "histogram",
    (),
    "seconds",
    DECIDING,
    "From the append of a block to Kafka's acknowledgement.",
    "Every decision waits this long. When it grows look at the brokers' disks and replicas.",
    MILLISECONDS,
)
FOLD_SECONDS = Metric(
    "tollway_fold_seconds",
    "histogram",
    (),
    "seconds",
    DECIDING,
    "How long a partition was read back before it went on; its count is the number of folds.",
    "Runs of the partition wait meanwhile. Many folds: partitions move, see the group's log. "
    "Long ones: look at `tollway_snapshot_bytes`.",
    SECONDS,
)
SNAPSHOT_BYTES = Metric(
    "tollway_snapshot_bytes",
    "histogram",
    (),
    "bytes",
    DECIDING,
    "Size of each snapshot written to the ledger.",
    "It is the state of a partition. Growth without more open runs: state is not let go of.",
    MEBIBYTES,
)
FORWARDED = Metric(
    "tollway_forwarded_records_total",
    "counter",
    ("topic",),
    "records",
    ("worker", "pool", "gateway"),
    "Records sent on to a topic, those sent again after a restart included.",
    "The traffic of the topic. One that stops alone: its state or pool gets nothing to do.",
)
INBOX = Metric(
    "tollway_inbox_records",
    "gauge",
    (),
    "records",
    DECIDING,
    "Records fetched and not yet decided, of all partitions of the process.",
    "Near TOLLWAY_INBOX_RECORDS a partition the consumer holds back, so that more stays on its "
    "topic. In a worker: add workers, up to one a partition. In a pool: add pools.",
)
OPEN_RUNS = Metric(
    "tollway_open_runs",
    "gauge",
    (),
    "runs",
    ("worker",),
    "Runs that are under way in all partitions of the process.",
    "At TOLLWAY_OPEN_RUNS a partition no new run begins; see `tollway_held_back_partitions`.",
)
HELD_BACK = Metric(
    "tollway_held_back_partitions",
    "gauge",
    (),
    "partitions",
    ("worker",),
    "Partitions in which no run begins until one ends, for TOLLWAY_OPEN_RUNS are under way; new "
    "events wait on `state.intake`, and everything else is read.",
    "Above 0 for long: more comes than pools perform. Look at `tollway_calls_in_flight` of each "
    "pool and add pools of the kind that is full.",
)
OPEN_QUESTIONS = Metric(
    "tollway_open_questions",
    "gauge",
    (),
    "questions",
    ("worker",),
    "Questions to people that nobody has answered, in all partitions of the process.",
    "`tollway approvals list --open` shows them. Runs that wait hold no money.",
)
OLDEST_QUESTION_SECONDS = Metric(
    "tollway_oldest_question_seconds",
    "gauge",
    (),
    "seconds",
    ("worker",),
    "How long the oldest open question has waited; 0 without any.",
    "Near the `expires_s` of its rule: somebody has to answer, or it is denied.",
)
OWNED = Metric(
    "tollway_owned_partitions",
    "gauge",
    (),
    "partitions",
    DECIDING,
    "Partitions that this process decides.",
    "The sum over a group must be the number of partitions; if not, look at the consumer group.",
)
TABLE_ENTRIES = Metric(
    "tollway_table_entries",
    "gauge",
    ("table",),
    "entries",
    DECIDING,
    "Entries of each table, of all partitions of the process.",
    "They are held in memory. `runs` and `evidence` follow open and remembered runs, `budget` "
    "the users and windows. Growth beyond that: state is not let go of.",
)
LAG = Metric(
    "tollway_input_lag_records",
    "gauge",
    (),
    "records",
    DECIDING,
    "Records that Kafka holds beyond what was fetched, of all partitions of the process that do "
    "not fold, at the last look.",
    "Growth: add workers, up to one a partition. Steady and above 0: records are not brought; the "
    "process ends by itself after TOLLWAY_STALL_LIMIT_S.",
)
NO_PROGRESS = Metric(
    "tollway_no_progress_seconds",
    "gauge",
    (),
    "seconds",
    DECIDING,
    "For how long the partition that stands longest has decided nothing, although inputs wait or "
    "its state is being read back; 0 when all get on or rest.",
    "Above 30 look at the brokers. At TOLLWAY_STALL_LIMIT_S, or TOLLWAY_FOLD_LIMIT_S while it "
    "reads, the process says what it saw and ends.",
)
CALLS = Metric(
    "tollway_calls_total",
    "counter",
    ("kind", "name", "status"),
    "calls",
    ("pool",),
    "Calls by how they ended.",
    "`failed`, `refused`: ask the provider or tool. `expired`: add pools, or raise timeout_ms. "
    "`in_doubt`: a pool died while acting; look at what the call did before a person repeats it.",
)
CALL_SECONDS = Metric(
    "tollway_call_seconds",
    "histogram",
    ("kind", "name"),
    "seconds",
    ("pool",),
    "How long a call took that was started.",
    "A slow provider or tool shows here; compare with the timeout_ms of the contract.",
    SECONDS,
)
CALLS_IN_FLIGHT = Metric(
    "tollway_calls_in_flight",
    "gauge",
    (),
    "calls",
    DECIDING,
    "Calls being performed now; always 0 in a worker.",
    "At TOLLWAY_CALLS_IN_FLIGHT for long: add pools of that kind.",
)
TOKENS = Metric(
    "tollway_model_tokens_total",
    "counter",
    ("name", "direction"),
    "tokens",
    ("pool",),
    "Tokens that models were sent (`input`) and answered (`output`).",
    "Input that grows: lower max_prompt_bytes, or retrieve less.",
)
RESERVED = Metric(
    "tollway_reserved_usd_micros_total",
    "counter",
    ("workflow", "scope"),
    "micro-USD",
    ("worker",),
    "Worst cases held before calls, once for each scope that has a cap.",
    "Far above what is settled: lower max_output_tokens and max_prompt_bytes.",
)
SETTLED = Metric(
    "tollway_settled_usd_micros_total",
    "counter",
    ("workflow", "scope"),
    "micro-USD",
    ("worker",),
    "Actual costs that took the place of reservations, up to what was reserved, by scope.",
    "Scope `run`, with violations, is what was spent. Compare it with the providers' bills.",
)
VIOLATIONS = Metric(
    "tollway_violations_usd_micros_total",
    "counter",
    ("workflow", "scope"),
    "micro-USD",
    ("worker",),
    "What providers billed above reservations, by scope: they broke the limits sent to them.",
    "None is well. Else what they billed for is disabled, and runs that need it stop: compare the "
    "bills, mend the price or the limit, then enable it again.",
)
REFUSED = Metric(
    "tollway_refused_usd_micros_total",
    "counter",
    ("workflow", "scope"),
    "micro-USD",
    ("worker",),
    "Worst cases of calls that were refused, by the scope whose cap could not take them.",
    "The cap does its work. If runs should have gone on, raise it: `tollway check` shows the most "
    "that a run can cost.",
)
RUNS = Metric(
    "tollway_runs_finished_total",
    "counter",
    ("workflow", "outcome"),
    "runs",
    ("worker",),
    "Runs by how they ended; workflow `unknown` is one that is not deployed here.",
    "More `escalated` or `failed` than usual: `tollway runs --outcome failed` shows why.",
)
RUN_SECONDS = Metric(
    "tollway_run_seconds",
    "histogram",
    ("workflow",),
    "seconds",
    ("worker",),
    "From the decision on the intake event to the outcome.",
    "Hold its 95th percentile against latency_p95_ms of the contract.",
    MINUTES,
)
DEAD_LETTERS = Metric(
    "tollway_dead_letters_total",
    "counter",
    ("topic", "reason"),
    "records",
    ("worker", "pool", "gateway"),
    "Records that could not be handled, by the topic they came from and the kind of error.",
    "Alert on any. The record is kept whole in the topic's dead-letter twin, with the reason.",
)
SINK_ROWS = Metric(
    "tollway_sink_rows_total",
    "counter",
    ("sink", "table"),
    "rows",
    ("sink",),
    "Rows committed to each table.",
    "None while decisions go on: read the sink's log.",
)
SINK_LAG = Metric(
    "tollway_sink_lag_records",
    "gauge",
    ("sink",),
    "records",
    ("sink",),
    "Ledger records that were there at the last look and are not in the sink yet.",
    "Growth: the sink is too slow or stuck. Nothing is lost while the ledger is kept.",
)
SINK_COMMIT_SECONDS = Metric(
    "tollway_sink_commit_seconds",
    "histogram",
    ("sink",),
    "seconds",
    ("sink",),
    "How long one commit took.",
    "Long ones: look at the disk or the database, and at who else holds it.",
    SECONDS,
)

METRICS: tuple[Metric, ...] = (
    DECISIONS,
    DUPLICATES,
    GAPS,
    BLOCKS,
    APPEND_SECONDS,
    FOLD_SECONDS,
    SNAPSHOT_BYTES,
    FORWARDED,
    INBOX,
    OPEN_RUNS,
    HELD_BACK,
    OPEN_QUESTIONS,
    OLDEST_QUESTION_SECONDS,
    OWNED,
    TABLE_ENTRIES,
    LAG,
    NO_PROGRESS,
    CALLS,
    CALL_SECONDS,
    CALLS_IN_FLIGHT,
    TOKENS,
    RESERVED,
    SETTLED,
    VIOLATIONS,
    REFUSED,
    RUNS,
    RUN_SECONDS,
    DEAD_LETTERS,
    SINK_ROWS,
    SINK_LAG,
    SINK_COMMIT_SECONDS,
)
