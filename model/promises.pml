/* What must hold. Each promise is a variable, so that Spin names the one that was broken. */

bit one_outcome_per_event = 1;
bit one_act_per_call = 1;
bit no_act_after_deadline = 1;
bit no_emit_from_void_block = 1;
bit within_cap = 1;
bit ledger_covers_meter = 1;
bit settled_once = 1;
bit answer_in_time_counts = 1;
bit input_decided_once = 1;
bit every_run_ends = 1;

inline promise(name, holds) {
    name = (holds);
    assert(name)
}

/* What an observer has counted. */
bit outcome[RUNS];
bit settled[RUN_ROWS];
bit acted[RUN_ROWS];
unsigned meter : 3; /* of the provider: what acts have cost */

inline observe_outcome(its_run) {
    promise(one_outcome_per_event, !outcome[EVENT_OF(its_run)]);
    outcome[EVENT_OF(its_run)] = 1
}

inline observe_settlement(its_call) {
    promise(settled_once, !settled[its_call]);
    settled[its_call] = 1
}

inline observe_money() {
    promise(within_cap, truth[LEDGER].spent + truth[LEDGER].reserved <= CAP);
    promise(ledger_covers_meter, meter <= truth[LEDGER].spent + truth[LEDGER].reserved)
}

inline observe_act(its_call) {
    promise(one_act_per_call, !acted[its_call]);
    promise(no_act_after_deadline, !overdue_now);
    acted[its_call] = 1
}

/* No answer that was there when the deadline passed may be given up. */
inline observe_give_up(its_call) {
    at = 0;
    do
    :: at < results_through ->
        promise(answer_in_time_counts, results.at[at].call != its_call);
        at++
    :: else -> at = 0; break
    od
}
