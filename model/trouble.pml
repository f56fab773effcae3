/* What happens around the processors: time, late blocks, and the end of everything. */

proctype clock() {
    d_step {
        overdue_now = 1;
        results_through = results.end;
        printf("the deadline passes; answers so far: %d\n", results_through)
    }
}

inline land_late(s, won) {
    land(s, late[s], won);
    forget_block(late[s]);
    won = 0
}

proctype late_blocks() {
    bit won;
end_waiting:
    do
    :: d_step { late[LEDGER].rule != nothing -> land_late(LEDGER, won) }
    :: d_step { late[JOURNAL].rule != nothing -> land_late(JOURNAL, won) }
    od
}

/* Nothing moves any more. */
proctype end() {
    d_step {
        timeout ->
        promise(every_run_ends,
            outcome_sent[0] && (outcome_sent[1] || EVENTS < RUNS) && truth[LEDGER].reserved == 0)
    }
}
