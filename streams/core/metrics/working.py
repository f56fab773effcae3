"""Metrics of what the work is: calls, money, runs, dead letters, the warehouse."""

from __future__ import annotations

from streams.core.metrics.metric import DECIDING, MINUTES, SECONDS, Metric

CALLS = Metric(
    "tollway_calls_total",
    "counter",
    ("kind", "name", "status"),
    "calls",
    ("pool",),
    "Calls by how they ended.",
    "`failed`, `refused`: ask the provider or tool. `expired`: add pools, or raise timeout_ms. "
    "`in_doubt`: a pool died while acting; look at what the call did before a person repeats it. "
    "Of a model: it was asked and gave no answer; its bill says what it cost.",
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
