/* A pool: the processor of a partition with the decisions of claims.pml, and its acts. */

#define NEXT_CALL calls.at[fold[p].next_offset]
#define LAST_CALL calls.at[fold[p].next_offset - 1]

proctype pool(byte p) {
folding:
    open(p);
end_deciding:
    if
    :: d_step { NEXT < calls.end && !SEEN(p, NEXT_CALL) -> claim(p, NEXT, NEXT_CALL) }
    :: d_step { NEXT > 0 && !SEEN(p, LAST_CALL) -> claim(p, COPY, LAST_CALL) }
    :: d_step { ENDED(p, 0) -> answer(p, 0, acts[p].of_call[0]) }
    :: d_step { ENDED(p, 1) -> answer(p, 1, acts[p].of_call[1]) }
    :: d_step { DOUBTFUL(p, 0) -> answer(p, 0, in_doubt) }
    :: d_step { DOUBTFUL(p, 1) -> answer(p, 1, in_doubt) }
    :: d_step { MAY_DIE(p) -> troubles--; die(p) }; goto folding
    fi;
    commit(p)
}

/* An act in a pool's process: it goes on whatever becomes of the partition. */
proctype acting(byte p; byte its_call) {
end_acting:
    do
    :: d_step { MAY_ACT(p, its_call) && !TOO_LATE -> perform(p, its_call, cost_none) }
    :: d_step { MAY_ACT(p, its_call) && !TOO_LATE -> perform(p, its_call, cost_full) }
    :: d_step { MAY_ACT(p, its_call) && TOO_LATE -> acts[p].of_call[its_call] = expired }
    od
}
