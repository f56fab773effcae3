/* A worker: the processor of a partition with the engine's decisions. */

#define NEXT_RESULT results.at[fold[p].results]
#define LAST_RESULT results.at[fold[p].results - 1]

proctype worker(byte p) {
folding:
    open(p);
end_deciding:
    if
    :: d_step { NEXT < EVENTS -> admit(p, NEXT) }
    :: d_step { NEXT > 0 && !APPLIED(p, LAST) -> admit(p, LAST) } /* delivered again */
    :: d_step {
           fold[p].results < results.end && !SEEN(p, NEXT_RESULT) ->
           resume(p, fold[p].results, NEXT_RESULT)
       }
    :: d_step { fold[p].results > 0 && !SEEN(p, LAST_RESULT) -> resume(p, COPY, LAST_RESULT) }
    :: d_step { TIMER_FIRES(p, 0) -> seal(p, timer_unheard, COPY, 0, nothing) }
    :: d_step { TIMER_FIRES(p, 1) -> seal(p, timer_unheard, COPY, 1, nothing) }
    fi;
    commit(p)
}
