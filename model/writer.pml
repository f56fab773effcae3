/* Rules 1 and 2: a block is the commit point, and the first to extend the head wins. */

#ifdef WITHOUT_CHAIN
#define EXTENDS(s, block) true
#else
#define EXTENDS(s, block) (block.previous == truth[s].head)
#endif

/* `block` lands at the end of stream `s`, whoever sent it; `won` says whether it is valid. */
inline land(s, block, won) {
    other = 0;
    do
    :: other < PROCESSORS -> overtaken[other] = overtaken[other] || STREAM_OF(other) == s; other++
    :: else -> other = 0; break
    od;
    won = EXTENDS(s, block);
    printf("stream %d: %e of call %d lands, valid: %d\n", s, block.rule, block.call, won);
    if
    :: won ->
        observe_block(s, block);
        truth[s].head++;
        block.place = truth[s].head;
        apply(truth[s], block);
        if
        :: EMITS(block) -> copy_block(unforwarded[s], block)
        :: else -> forget_block(unforwarded[s])
        fi;
        observe_money()
    :: else
    fi
}

#define ON_EVENT(rule) \
    (rule == call_reserved || rule == budget_refused || rule == intake_duplicate)
#define ON_RESULT(rule) \
    (rule == answer_awaited || rule == answer_late || rule == answer_not_awaited)
#define ON_CALL(rule) (rule == call_claimed || rule == call_claimed_before)

inline observe_block(s, block) {
    if
    :: ON_EVENT(block.rule) || (ON_CALL(block.rule) && block.offset != COPY) ->
        promise(input_decided_once, block.offset == truth[s].next_offset)
    :: ON_RESULT(block.rule) && block.offset != COPY ->
        promise(input_decided_once, block.offset == truth[s].results)
    :: else
    fi;
    if
    :: block.rule == timer_unheard -> observe_give_up(block.call)
    :: else
    fi;
    if
    :: block.rule == answer_awaited || block.rule == timer_unheard ->
        observe_settlement(block.call)
    :: else
    fi;
    if
    :: ENDS_RUN(block.rule) -> observe_outcome(block.call)
    :: else
    fi
}

inline seal(p, its_rule, its_offset, its_call, its_result) {
    sealed[p].previous = fold[p].head;
    sealed[p].rule = its_rule;
    sealed[p].offset = its_offset;
    sealed[p].call = its_call;
    sealed[p].result = its_result;
    printf("%d seals %e of call %d on block %d\n", p, its_rule, its_call, fold[p].head);
#ifdef WITHOUT_COMMIT_POINT
    sealed[p].place = fold[p].head + 1;
    valid[p] = 0;
    forward(STREAM_OF(p), sealed[p], valid[p])
#endif
}

/* Kafka acknowledges the block with its offset: `fold[p]` moves on where it is the expected one. */
#ifdef WITHOUT_EXPECTED_OFFSET
#define ACKNOWLEDGE(expected) true
#else
#define ACKNOWLEDGE(expected) (expected)
#endif

inline append(p) {
    expected = !overtaken[p];
    land(STREAM_OF(p), sealed[p], valid[p]);
    accepted = ACKNOWLEDGE(expected);
    expected = 0;
    if
    :: accepted ->
        fold[p].head++;
        apply(fold[p], sealed[p]);
        overtaken[p] = 0;
        start(p)
    :: else
    fi
}

#define MAY_BE_LATE(p) (troubles && late[STREAM_OF(p)].rule == nothing)

/* A copy of the block stays on its way. */
inline leave_late(p) {
    troubles--;
    printf("%d: a copy of its block is late\n", p);
    copy_block(late[STREAM_OF(p)], sealed[p])
}

inline settle_down(p) {
    forget_block(sealed[p]);
    valid[p] = 0
}

/* Another has appended: forget all speculation; what was forgotten is no part of the state. */
inline lose(p) {
    settle_down(p);
    overtaken[p] = 1;
#ifndef WITHOUT_FOLD
    forget_fold(p)
#endif
}

inline forget_fold(p) {
    fold[p].head = 0;
    copy_tables(fold[p], nowhere)
}

/* Read the stream to its end. */
inline read_fold(p) {
#ifdef WITHOUT_FOLD
    if
    :: fold[p].head == 0 -> copy_tables(fold[p], truth[STREAM_OF(p)])
    :: else
    fi;
#else
    copy_tables(fold[p], truth[STREAM_OF(p)]);
#endif
    fold[p].head = truth[STREAM_OF(p)].head;
    printf("%d has folded up to block %d\n", p, fold[p].head);
    overtaken[p] = 0
}
