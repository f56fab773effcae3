-- What people read. A view is made anew when the sink starts, so it may change freely.

CREATE OR REPLACE VIEW runs AS
WITH so_far AS (
    SELECT
        i.run_id,
        count(DISTINCT i.idempotency_key) AS calls,
        coalesce(sum(s.cost_usd_micros), 0)::BIGINT AS spent_usd_micros
    FROM facts.calls_issued AS i
    LEFT JOIN facts.calls_settled AS s USING (call_id)
    GROUP BY i.run_id
)
SELECT
    b.run_id,
    b.event_id,
    b.workspace,
    b.user_id,
    b.workflow,
    coalesce(o.intent, b.intent) AS intent,
    b.customer_tier,
    b.region,
    coalesce(o.outcome, 'open') AS outcome,
    o.error,
    b.request,
    o.answer,
    coalesce(o.citations, []) AS citations,
    coalesce(o.rungs, []) AS rungs,
    coalesce(o.spent_usd_micros, f.spent_usd_micros, 0) AS spent_usd_micros,
    coalesce(o.calls, f.calls, 0)::INTEGER AS calls,
    b.received_at,
    o.finished_at,
    date_diff('millisecond', b.received_at, o.finished_at) AS duration_ms,
    b.contract_version,
    b.prompts_version,
    b.tools_version,
    b.price_book_version,
    b.ledger_partition,
    b.ledger_offset,
    b.ledger_index,
    o.packet
FROM facts.run_starts AS b
LEFT JOIN facts.outcomes AS o USING (run_id)
LEFT JOIN so_far AS f USING (run_id);

CREATE OR REPLACE VIEW calls AS
SELECT
    i.call_id,
    i.run_id,
    r.workspace,
    r.workflow,
    r.intent,
    r.customer_tier,
    r.region,
    i.state,
    i.kind,
    i.name,
    i.attempt,
    i.why,
    coalesce(s.status, 'waiting') AS status,
    i.reserved_usd_micros,
    s.cost_usd_micros,
    s.provider,
    s.pool,
    s.input_tokens,
    s.output_tokens,
    i.issued_at,
    i.not_after,
    s.started_at,
    s.finished_at,
    s.settled_at,
    i.idempotency_key,
    i.parameters_hash,
    s.response_hash,
    i.ledger_partition,
    i.ledger_offset,
    i.ledger_index,
    i.item,
    s.ledger_offset AS settled_offset,
    s.ledger_index AS settled_index
FROM facts.calls_issued AS i
LEFT JOIN facts.calls_settled AS s USING (call_id)
LEFT JOIN runs AS r USING (run_id);

CREATE OR REPLACE VIEW decisions AS
SELECT
    d.decided_at,
    d.run_id,
    d.workspace,
    d.workflow,
    r.intent,
    r.customer_tier,
    r.region,
    d.state,
    d.rule,
    d.transition,
    d.reason,
    d.input_topic,
    d.input_offset,
    d.changes,
    d.writer,
    d.contract_version,
    d.prompts_version,
    d.tools_version,
    d.price_book_version,
    d.ledger_partition,
    d.ledger_offset,
    d.ledger_index
FROM facts.decisions AS d
LEFT JOIN runs AS r USING (run_id);

CREATE OR REPLACE VIEW spend AS
SELECT
    s.moved_at,
    s.run_id,
    r.workspace,
    r.workflow,
    r.intent,
    r.customer_tier,
    r.region,
    s.entry,
    s.call_id,
    s.name,
    s.amount_usd_micros,
    s.accounts,
    s.ledger_partition,
    s.ledger_offset,
    s.ledger_index,
    s.item
FROM facts.spend AS s
LEFT JOIN runs AS r USING (run_id);

-- One row for each movement and each account that it was counted against.
-- An account is a cap's scope, its owner there, and one window: workspace|scope|owner|window|when.
CREATE OR REPLACE VIEW account_spend AS
WITH movements AS (SELECT *, unnest(accounts) AS account FROM spend)
SELECT
    account,
    regexp_extract(account, '^[^|]*\|([^|]*)\|(.*)\|([^|]*)\|([^|]*)$', 1) AS scope,
    regexp_extract(account, '^[^|]*\|([^|]*)\|(.*)\|([^|]*)\|([^|]*)$', 2) AS owner,
    regexp_extract(account, '^[^|]*\|([^|]*)\|(.*)\|([^|]*)\|([^|]*)$', 3) AS window_length,
    regexp_extract(account, '^[^|]*\|([^|]*)\|(.*)\|([^|]*)\|([^|]*)$', 4) AS window_start,
    * EXCLUDE (account, accounts)
FROM movements;

CREATE OR REPLACE VIEW accesses AS
SELECT
    a.accessed_at,
    a.run_id,
    r.workspace,
    r.workflow,
    r.intent,
    r.customer_tier,
    r.region,
    a.what,
    a.why,
    a.ids,
    a.parameters_hash,
    a.response_hash,
    a.provider,
    a.ledger_partition,
    a.ledger_offset,
    a.ledger_index,
    a.item
FROM facts.accesses AS a
LEFT JOIN runs AS r USING (run_id);

CREATE OR REPLACE VIEW checks AS
SELECT
    c.checked_at,
    c.run_id,
    r.workspace,
    r.workflow,
    r.intent,
    r.customer_tier,
    r.region,
    c.name,
    c.passed,
    c.detail,
    c.ledger_partition,
    c.ledger_offset,
    c.ledger_index,
    c.item
FROM facts.checks AS c
LEFT JOIN runs AS r USING (run_id);

CREATE OR REPLACE VIEW dead_letters AS
SELECT
    d.found_at,
    d.run_id,
    r.workspace,
    r.workflow,
    r.intent,
    r.customer_tier,
    r.region,
    d.topic,
    d.topic_partition,
    d.topic_offset,
    d.reason,
    d.field,
    d.message,
    d.worker,
    d.ledger_partition,
    d.ledger_offset,
    d.ledger_index,
    d.item
FROM facts.dead_letters AS d
LEFT JOIN runs AS r USING (run_id);

-- One row for each time a run was in a stage (a state of the graph).
-- arrived_at: sent there. entered_at: first decision there. left_at: sent on, or the run ended.
-- queued_ms: from arrived to entered. calls_ms: calls under way, from decided to settled.
-- acting_ms: the part of it that pools spent acting. total_ms: from arrived to left.
CREATE OR REPLACE VIEW stages AS
WITH steps AS (
    SELECT
        *,
        coalesce(
            count_if(transition IS NOT NULL) OVER (
                PARTITION BY run_id ORDER BY ledger_offset, ledger_index
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS step
    FROM facts.decisions
    WHERE run_id IS NOT NULL AND changes > 0
),
call_times AS (
    SELECT
        p.run_id,
        p.step,
        count(*) AS calls,
        sum(date_diff('millisecond', i.issued_at, s.settled_at)) AS calls_ms,
        sum(date_diff('millisecond', s.started_at, s.finished_at)) AS acting_ms,
        sum(s.cost_usd_micros) AS cost_usd_micros
    FROM facts.calls_issued AS i
    JOIN steps AS p USING (ledger_partition, ledger_offset, ledger_index)
    LEFT JOIN facts.calls_settled AS s USING (call_id)
    GROUP BY p.run_id, p.step
),
visits AS (
    SELECT
        run_id,
        step,
        arg_min(state, (ledger_offset, ledger_index)) AS stage,
        min(decided_at) AS entered_at,
        max(decided_at) FILTER (transition IS NOT NULL OR rule = 'dead_letter') AS left_at
    FROM steps
    GROUP BY run_id, step
),
timed AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY run_id, stage ORDER BY step) AS visit,
        coalesce(lag(left_at) OVER (PARTITION BY run_id ORDER BY step), entered_at) AS arrived_at
    FROM visits
)
SELECT
    t.run_id,
    r.workspace,
    r.workflow,
    r.intent,
    r.customer_tier,
    r.region,
    t.stage,
    t.visit::INTEGER AS visit,
    t.arrived_at,
    t.entered_at,
    t.left_at,
    date_diff('millisecond', t.arrived_at, t.entered_at) AS queued_ms,
    coalesce(c.calls_ms, 0)::BIGINT AS calls_ms,
    c.acting_ms::BIGINT AS acting_ms,
    date_diff('millisecond', t.arrived_at, t.left_at) AS total_ms,
    coalesce(c.calls, 0)::INTEGER AS calls,
    coalesce(c.cost_usd_micros, 0)::BIGINT AS cost_usd_micros,
    t.step::INTEGER AS step
FROM timed AS t
LEFT JOIN call_times AS c USING (run_id, step)
LEFT JOIN runs AS r USING (run_id);

-- One row for each movement that changed what a call cost: settled, billed above its
-- reservation, or corrected since. Their sum over any time is what was spent in it. A run whose event was
-- repeated after it was forgotten is told as it began last, so that no cost counts twice.
CREATE OR REPLACE VIEW costs AS
WITH last_begun AS (
    SELECT DISTINCT ON (run_id) *
    FROM runs
    ORDER BY run_id, received_at DESC, ledger_offset DESC, finished_at DESC
)
SELECT
    s.moved_at,
    s.run_id,
    r.workspace,
    r.user_id,
    r.workflow,
    r.intent,
    r.customer_tier,
    r.region,
    r.outcome,
    s.entry,
    s.call_id,
    s.name,
    s.amount_usd_micros,
    s.ledger_partition,
    s.ledger_offset,
    s.ledger_index,
    s.item
FROM facts.spend AS s
LEFT JOIN last_begun AS r USING (run_id)
WHERE s.entry NOT IN ('reserve', 'release');

-- What runs cost by how they ended. Corrections count; usd_micros_per_run is the mean.
CREATE OR REPLACE VIEW cost_per_outcome AS
WITH spent AS (
    SELECT run_id, sum(amount_usd_micros) AS usd_micros FROM costs GROUP BY run_id
),
each_run AS (SELECT DISTINCT ON (run_id) * FROM runs ORDER BY run_id, received_at DESC)
SELECT
    r.workflow,
    r.intent,
    r.customer_tier,
    r.region,
    r.outcome,
    count(*) AS runs,
    coalesce(sum(s.usd_micros), 0)::BIGINT AS spent_usd_micros,
    coalesce(sum(s.usd_micros), 0) / count(*) AS usd_micros_per_run
FROM each_run AS r
LEFT JOIN spent AS s USING (run_id)
GROUP BY r.workflow, r.intent, r.customer_tier, r.region, r.outcome;

-- What one resolved case costs: all that all runs of its kind cost, over those that were resolved.
CREATE OR REPLACE VIEW cost_per_resolved_case AS
SELECT
    workflow,
    intent,
    customer_tier,
    region,
    sum(runs)::BIGINT AS runs,
    coalesce(sum(runs) FILTER (outcome = 'resolved'), 0)::BIGINT AS resolved,
    sum(spent_usd_micros)::BIGINT AS spent_usd_micros,
    sum(spent_usd_micros) / sum(runs) FILTER (outcome = 'resolved') AS usd_micros_per_resolved_case
FROM cost_per_outcome
GROUP BY workflow, intent, customer_tier, region;
