/* Rule 5: a claim is won, not announced. What a pool decides of a call and of an act's end. */

typedef Acts { mtype of_call[RUN_ROWS] = nothing };
Acts acts[PROCESSORS]; /* under way in each process; forgotten when it ends */

inline claim(p, its_offset, record) {
    if
    :: fold[p].phase[record.call] == claimed ->
        seal(p, call_claimed_before, its_offset, record.call, nothing)
    :: else ->
        seal(p, call_claimed, its_offset, record.call, nothing);
#ifdef WITHOUT_CLAIMS
        acts[p].of_call[record.call] = started
#endif
    fi
}

inline answer(p, its_call, its_result) {
    if
    :: fold[p].phase[its_call] == claimed -> seal(p, call_answered, COPY, its_call, its_result)
    :: else -> seal(p, call_answered_before, COPY, its_call, its_result)
    fi
}

#define ENDED(p, its_call) \
    (acts[p].of_call[its_call] != nothing && acts[p].of_call[its_call] != started)
#define UNANSWERED(p, its_call) \
    (fold[p].phase[its_call] == claimed && acts[p].of_call[its_call] == nothing)
#ifdef WITHOUT_DOUBT
#define DOUBTFUL(p, its_call) false
#define MAY_ACT(p, its_call) (acts[p].of_call[its_call] == started || UNANSWERED(p, its_call))
#else
#define DOUBTFUL(p, its_call) UNANSWERED(p, its_call)
#define MAY_ACT(p, its_call) (acts[p].of_call[its_call] == started)
#endif

#ifdef WITHOUT_NOT_AFTER
#define TOO_LATE false
#else
#define TOO_LATE overdue_now
#endif

inline perform(p, its_call, its_result) {
    printf("%d acts on call %d: %e\n", p, its_call, its_result);
    observe_act(its_call);
    meter = meter + COST_OF(its_result);
    acts[p].of_call[its_call] = its_result;
    observe_money()
}

/* What the accepted block lets this process do: begin to act, or forget what was answered. */
inline start(p) {
    if
    :: sealed[p].rule == call_claimed -> acts[p].of_call[sealed[p].call] = started
    :: sealed[p].rule == call_answered || sealed[p].rule == call_answered_before ->
        acts[p].of_call[sealed[p].call] = nothing
    :: else
    fi
}

inline forget_acts(p) {
    row = 0;
    do
    :: row < RUN_ROWS -> acts[p].of_call[row] = nothing; row++
    :: else -> row = 0; break
    od
}

/* Killed while it acts; at other times it has nothing to lose. */
#define MAY_DIE(p) (troubles && (acts[p].of_call[0] != nothing || acts[p].of_call[1] != nothing))
