-- What the ledger says, row by row, never changed once written. The views in views.sql are what
-- people read. Every row names its place: partition and offset of the ledger block, index of the
-- decision in the block; where a decision has several rows of a kind, `item` tells them apart.
-- Emitted records (calls, outcomes, dead letters) have the index of their `tollway-place` there.
-- Times are UTC. Money is micro-USD, millionths of a US dollar.

CREATE SCHEMA facts;

-- How far each partition was read. `head` is the hash of the last valid block, hex.
CREATE TABLE facts.positions (
    ledger_partition INTEGER PRIMARY KEY,
    next_offset BIGINT NOT NULL,
    head VARCHAR NOT NULL,
    head_offset BIGINT NOT NULL,
    void_blocks BIGINT NOT NULL
);

CREATE TABLE facts.decisions (
    ledger_partition INTEGER NOT NULL,
    ledger_offset BIGINT NOT NULL,
    ledger_index INTEGER NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    writer VARCHAR NOT NULL,
    run_id VARCHAR,
    workspace VARCHAR,
    workflow VARCHAR,
    state VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    transition VARCHAR,
    reason VARCHAR,
    input_topic VARCHAR NOT NULL,
    input_offset BIGINT NOT NULL,
    changes INTEGER NOT NULL,
    contract_version VARCHAR,
    prompts_version VARCHAR,
    tools_version VARCHAR,
    price_book_version VARCHAR
);

CREATE TABLE facts.run_starts (
    ledger_partition INTEGER NOT NULL,
    ledger_offset BIGINT NOT NULL,
    ledger_index INTEGER NOT NULL,
    run_id VARCHAR NOT NULL,
    event_id VARCHAR NOT NULL,
    workspace VARCHAR NOT NULL,
    user_id VARCHAR NOT NULL,
    workflow VARCHAR,
    intent VARCHAR,
    customer_tier VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    request VARCHAR,
    received_at TIMESTAMP NOT NULL,
    contract_version VARCHAR,
    prompts_version VARCHAR,
    tools_version VARCHAR,
    price_book_version VARCHAR
);

CREATE TABLE facts.outcomes (
    ledger_partition INTEGER NOT NULL,
    ledger_offset BIGINT NOT NULL,
    ledger_index INTEGER NOT NULL,
    item INTEGER NOT NULL,
    run_id VARCHAR NOT NULL,
    intent VARCHAR,
    outcome VARCHAR NOT NULL,
    error VARCHAR,
    answer VARCHAR,
    citations VARCHAR[] NOT NULL,
    rungs VARCHAR[] NOT NULL,
    spent_usd_micros BIGINT NOT NULL,
    calls INTEGER NOT NULL,
    finished_at TIMESTAMP NOT NULL,
    packet VARCHAR
);

CREATE TABLE facts.checks (
    ledger_partition INTEGER NOT NULL,
    ledger_offset BIGINT NOT NULL,
    ledger_index INTEGER NOT NULL,
    item INTEGER NOT NULL,
    run_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    passed BOOLEAN NOT NULL,
    detail VARCHAR,
    checked_at TIMESTAMP NOT NULL
);

CREATE TABLE facts.calls_issued (
    ledger_partition INTEGER NOT NULL,
    ledger_offset BIGINT NOT NULL,
    ledger_index INTEGER NOT NULL,
    item INTEGER NOT NULL,
    call_id VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    attempt INTEGER NOT NULL,
    idempotency_key VARCHAR NOT NULL,
    why VARCHAR,
    reserved_usd_micros BIGINT NOT NULL,
    parameters_hash VARCHAR NOT NULL,
    issued_at TIMESTAMP NOT NULL,
    not_after TIMESTAMP
);

CREATE TABLE facts.calls_settled (
    ledger_partition INTEGER NOT NULL,
    ledger_offset BIGINT NOT NULL,
    ledger_index INTEGER NOT NULL,
    item INTEGER NOT NULL,
    call_id VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    cost_usd_micros BIGINT NOT NULL,
    provider VARCHAR,
    response_hash VARCHAR,
    pool VARCHAR,
    input_tokens BIGINT,
    output_tokens BIGINT,
    started_at TIMESTAMP,
    finished_at TIMESTAMP,
    settled_at TIMESTAMP NOT NULL
);

CREATE TABLE facts.spend (
    ledger_partition INTEGER NOT NULL,
    ledger_offset BIGINT NOT NULL,
    ledger_index INTEGER NOT NULL,
    item INTEGER NOT NULL,
    run_id VARCHAR,
    entry VARCHAR NOT NULL,
    call_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    amount_usd_micros BIGINT NOT NULL,
    accounts VARCHAR[] NOT NULL,
    moved_at TIMESTAMP NOT NULL
);

CREATE TABLE facts.accesses (
    ledger_partition INTEGER NOT NULL,
    ledger_offset BIGINT NOT NULL,
    ledger_index INTEGER NOT NULL,
    item INTEGER NOT NULL,
    run_id VARCHAR,
    what VARCHAR NOT NULL,
    why VARCHAR NOT NULL,
    ids VARCHAR[] NOT NULL,
    parameters_hash VARCHAR,
    response_hash VARCHAR,
    provider VARCHAR,
    accessed_at TIMESTAMP NOT NULL
);

CREATE TABLE facts.dead_letters (
    ledger_partition INTEGER NOT NULL,
    ledger_offset BIGINT NOT NULL,
    ledger_index INTEGER NOT NULL,
    item INTEGER NOT NULL,
    run_id VARCHAR,
    topic VARCHAR NOT NULL,
    topic_partition INTEGER NOT NULL,
    topic_offset BIGINT NOT NULL,
    reason VARCHAR NOT NULL,
    field VARCHAR,
    message VARCHAR NOT NULL,
    worker VARCHAR NOT NULL,
    found_at TIMESTAMP NOT NULL
);
