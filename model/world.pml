/* The world: two runs with one call each, a cap that fits one of them, three intake events. */

#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef POOLS
#define POOLS 2
#endif
#ifndef TROUBLES
#define TROUBLES 2 /* crashes, lost, delayed and doubled appends, all told */
#endif
#define PROCESSORS (WORKERS + POOLS)
#define RUNS 2
#define CAP 1 /* a call's reservation is 1 */
#ifndef EVENTS
#define EVENTS 3
#endif
#define EVENT_OF(offset) ((offset) % RUNS) /* the third event repeats the first */
#ifdef WITHOUT_RUN_IDS
#define RUN_ROWS EVENTS
#define RUN_OF(offset) (offset)
#else
#define RUN_ROWS RUNS
#define RUN_OF(offset) EVENT_OF(offset)
#endif
#define RECORDS 4 /* of one topic; copies are not stored: see forwarder.pml */
#define COPY 15   /* the offset of a copy: any that was not applied */

#define LEDGER 0
#define JOURNAL 1
#define STREAM_OF(p) (p >= WORKERS)

mtype = {
    /* phases of a run, and of a claim */
    absent, waiting, finished, claimed,
    /* rules of decisions, named after those in the audit record */
    call_reserved, budget_refused, intake_duplicate,
    answer_awaited, answer_late, answer_not_awaited, timer_unheard,
    call_claimed, call_claimed_before, call_answered, call_answered_before,
    /* acts and how they end: cost 0, cost 1, not_after passed */
    nothing, started, cost_none, cost_full, expired, in_doubt
};
#define COST_OF(result) (result == cost_full || result == in_doubt)

/* One block with one decision. Hashes are known only by what they say: how many valid blocks lie
   below. `place` is the block's place in its stream, once it is there. */
typedef Block {
    unsigned previous : 4;
    unsigned place : 4;
    mtype rule = nothing;
    unsigned offset : 4; /* of the input */
    unsigned call : 2;   /* and run: each run has one call */
    mtype result = nothing
};

/* What a record on calls.* or call.results carries. */
typedef Record { unsigned place : 4; unsigned call : 2; mtype result = nothing };
typedef Topic { unsigned end : 3; Record at[RECORDS] };

/* The fold of the ledger and of a journal; a stream has the one or the other. */
typedef Fold {
    unsigned head : 4;
    unsigned next_offset : 3;   /* of intake.events or calls.* */
    unsigned results : 3;       /* the next offset of call.results */
    unsigned mark : 4;          /* highest place applied of calls.* or call.results */
    mtype phase[RUN_ROWS] = absent; /* of runs, or of claims */
    bit overdue[RUN_ROWS];
    unsigned spent : 3;
    unsigned reserved : 3
};

Fold truth[2];           /* of each stream: the fold of its valid blocks so far */
Block unforwarded[2];    /* the last valid block, while its record has not arrived */
Block late[2];           /* on its way while nobody waits for it */

Topic calls;
Topic results;
bit outcome_sent[RUN_ROWS];

Fold fold[PROCESSORS];   /* what each believes */
Block sealed[PROCESSORS];
Fold nowhere;            /* what a process knows that has not folded */
bit overtaken[PROCESSORS]; /* another block has landed since its fold: not the expected offset */
bit valid[PROCESSORS];   /* whether its last block was: for promises only, nobody knows */

bit overdue_now;         /* the calls' not_after and due_at_ms have passed */
unsigned results_through : 3; /* the end of call.results, read then */
unsigned troubles : 3 = TROUBLES;

byte row, at, seen, other;   /* scratch: zero between steps, so that states do not differ */
bit expected, accepted;
