/* Rule 4: emit from accepted blocks; receivers drop what they have seen of a place.

   A record that is sent again is not stored again: once it is there, a copy may come at any time,
   and `applied` decides whether it is taken. */

inline send(topic, block) {
    seen = 0;
    do
    :: seen < topic.end && topic.at[seen].place != block.place -> seen++
    :: seen < topic.end && topic.at[seen].place == block.place -> break
    :: seen == topic.end ->
        topic.at[seen].place = block.place;
        topic.at[seen].call = block.call;
        topic.at[seen].result = block.result;
        topic.end++;
        break
    od;
    seen = 0
}

#define EMITS(block) (block.rule == call_reserved || block.rule == call_answered \
    || ENDS_RUN(block.rule))
#define ENDS_RUN(rule) (rule == budget_refused || rule == answer_awaited || rule == timer_unheard)

inline forward(s, block, won) {
    if
    :: EMITS(block) ->
        printf("stream %d: forwards %e of call %d\n", s, block.rule, block.call);
        promise(no_emit_from_void_block, won)
    :: else
    fi;
    if
    :: block.rule == call_reserved -> send(calls, block)
    :: block.rule == call_answered -> send(results, block)
    :: ENDS_RUN(block.rule) -> outcome_sent[block.call] = 1
    :: else
    fi;
    if
    :: unforwarded[s].place == block.place -> forget_block(unforwarded[s])
    :: else
    fi
}

/* After a fold: the record of the last valid block may not have arrived. */
inline forward_again(s) {
#ifdef WITHOUT_FORWARDING_AGAIN
    skip
#else
    forward(s, unforwarded[s], true)
#endif
}
