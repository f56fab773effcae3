/* What workers and pools have in common: take an input once, append, and go on or fold again. */

#ifdef WITHOUT_POSITIONS
#define APPLIED(p, its_offset) false
#else
#define APPLIED(p, its_offset) (its_offset < fold[p].next_offset)
#endif
#ifdef WITHOUT_MARKS
#define SEEN(p, record) false
#else
#define SEEN(p, record) (record.place <= fold[p].mark)
#endif

#define NEXT fold[p].next_offset
#define LAST (fold[p].next_offset - 1)

/* What is lost or delayed ends the process, since nobody knows its fate; its successor folds. */
inline die(p) {
    printf("%d dies\n", p);
    forget_acts(p);
    settle_down(p);
    forget_fold(p);
    overtaken[p] = 1
}

/* Read the stream, and forward what may not have arrived. */
inline open(p) {
    atomic {
        read_fold(p);
        if
        :: unforwarded[STREAM_OF(p)].rule == nothing -> goto end_deciding
        :: else
        fi
    };
    d_step { forward_again(STREAM_OF(p)); seen = 0 }
}

/* From a sealed block to the next decision. */
inline commit(p) {
    atomic {
        if
        :: append(p)
        :: MAY_BE_LATE(p) -> leave_late(p); append(p)           /* doubled */
        :: MAY_BE_LATE(p) -> leave_late(p); die(p); goto folding /* delayed */
        :: troubles -> troubles--; die(p); goto folding          /* lost */
        fi;
        if
        :: !accepted -> lose(p); goto folding
        :: accepted && !EMITS(sealed[p]) -> accepted = 0; settle_down(p); goto end_deciding
        :: accepted && EMITS(sealed[p]) -> accepted = 0
        fi
    };
    if
    :: d_step { forward(STREAM_OF(p), sealed[p], valid[p]); settle_down(p) }
    :: d_step { troubles -> troubles--; die(p) }; goto folding /* killed */
    fi;
    goto end_deciding
}
