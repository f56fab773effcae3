-- Asked of the stored warehouse when it is compared with the fold of the ledger.

-- Each run with its outcome, if it has one, and the call that it waits for, if any.
CREATE TEMP VIEW run_ends AS
SELECT
    s.run_id,
    any_value(o.outcome) AS outcome,
    list(i.call_id) FILTER (i.call_id IS NOT NULL AND t.call_id IS NULL) AS waiting
FROM stored.facts.run_starts AS s
LEFT JOIN stored.facts.outcomes AS o USING (run_id)
LEFT JOIN stored.facts.calls_issued AS i USING (run_id)
LEFT JOIN stored.facts.calls_settled AS t USING (call_id)
GROUP BY s.run_id;

-- Each account with what was spent and what is still held.
CREATE TEMP VIEW account_balances AS
WITH movements AS (
    SELECT entry, call_id, amount_usd_micros, unnest(accounts) AS account
    FROM stored.facts.spend
),
closed AS (
    SELECT call_id FROM stored.facts.spend WHERE entry IN ('settle', 'release')
)
SELECT
    account,
    coalesce(
        sum(amount_usd_micros) FILTER (entry IN ('settle', 'correct', 'violation')), 0
    )::BIGINT AS spent,
    coalesce(
        sum(amount_usd_micros) FILTER (entry = 'reserve' AND call_id NOT IN (FROM closed)), 0
    )::BIGINT AS held
FROM movements
GROUP BY account;
