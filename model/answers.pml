/* What a worker decides of one input. Rules 6 and 7: time waits for the stream, the first terminal
   block of a call wins, and a repeated event is the same run. */

#ifdef WITHOUT_RESERVATIONS
#define AFFORDABLE(tables) (tables.spent < CAP)
#else
#define AFFORDABLE(tables) (tables.spent + tables.reserved < CAP)
#endif

inline admit(p, its_offset) {
    if
    :: fold[p].phase[RUN_OF(its_offset)] != absent ->
        seal(p, intake_duplicate, its_offset, RUN_OF(its_offset), nothing)
    :: else ->
        if
        :: AFFORDABLE(fold[p]) ->
            seal(p, call_reserved, its_offset, RUN_OF(its_offset), nothing)
        :: else -> seal(p, budget_refused, its_offset, RUN_OF(its_offset), nothing)
        fi
    fi
}

#ifdef WITHOUT_FIRST_TERMINAL
#define AWAITED(p, its_call) true
#else
#define AWAITED(p, its_call) (fold[p].phase[its_call] == waiting)
#endif

inline resume(p, its_offset, record) {
    if
    :: AWAITED(p, record.call) ->
        seal(p, answer_awaited, its_offset, record.call, record.result)
    :: else ->
        if
        :: fold[p].overdue[record.call] && record.result != in_doubt ->
            seal(p, answer_late, its_offset, record.call, record.result)
        :: else -> seal(p, answer_not_awaited, its_offset, record.call, record.result)
        fi
    fi
}

#ifdef WITHOUT_TIME_WAITS
#define ANSWERS_APPLIED(p) true
#else
#define ANSWERS_APPLIED(p) (fold[p].results >= results_through)
#endif

/* A tick may be early, doubled or lost; one that counts is a timer that stands and is due. */
#define TIMER_FIRES(p, its_run) \
    (overdue_now && fold[p].phase[its_run] == waiting && ANSWERS_APPLIED(p))
