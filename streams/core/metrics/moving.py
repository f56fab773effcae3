"""Metrics of how records move: decisions, blocks, folds, inputs, partitions."""

from __future__ import annotations

from streams.core.metrics.metric import DECIDING, MEBIBYTES, MILLISECONDS, SECONDS, Metric

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
