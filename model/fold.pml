/* Rule 3: state is the fold of valid blocks; inputs at or below what was applied do nothing. */

inline copy_block(to, from) {
    to.previous = from.previous;
    to.place = from.place;
    to.rule = from.rule;
    to.offset = from.offset;
    to.call = from.call;
    to.result = from.result
}

inline forget_block(block) {
    block.previous = 0;
    block.place = 0;
    block.rule = nothing;
    block.offset = 0;
    block.call = 0;
    block.result = nothing
}

inline copy_tables(to, from) {
    row = 0;
    to.next_offset = from.next_offset;
    to.results = from.results;
    to.mark = from.mark;
    to.spent = from.spent;
    to.reserved = from.reserved;
    do
    :: row < RUN_ROWS ->
        to.phase[row] = from.phase[row];
        to.overdue[row] = from.overdue[row];
        row++
    :: else -> row = 0; break
    od
}

/* The changes of one decision; the same for the reader and for one's own speculation. */
inline apply(tables, block) {
    if
    :: block.rule == call_reserved ->
        tables.next_offset++;
        tables.phase[block.call] = waiting;
        tables.reserved++
    :: block.rule == budget_refused -> tables.next_offset++; tables.phase[block.call] = finished
    :: block.rule == intake_duplicate -> tables.next_offset++
    :: block.rule == answer_awaited ->
        note_result(tables, block);
        tables.phase[block.call] = finished;
        tables.reserved--;
        tables.spent = tables.spent + COST_OF(block.result)
    :: block.rule == answer_late ->
        note_result(tables, block);
        tables.overdue[block.call] = 0;
        tables.spent = tables.spent - !COST_OF(block.result)
    :: block.rule == answer_not_awaited -> note_result(tables, block)
    :: block.rule == timer_unheard ->
        tables.phase[block.call] = finished;
        tables.overdue[block.call] = 1;
        tables.reserved--;
        tables.spent++
    :: block.rule == call_claimed -> note_call(tables, block); tables.phase[block.call] = claimed
    :: block.rule == call_claimed_before -> note_call(tables, block)
    :: block.rule == call_answered -> tables.phase[block.call] = absent
    :: block.rule == call_answered_before -> skip
    fi
}

inline note_result(tables, block) {
    if
    :: block.offset != COPY ->
        tables.results++;
        tables.mark = results.at[block.offset].place
    :: else
    fi
}

inline note_call(tables, block) {
    if
    :: block.offset != COPY ->
        tables.next_offset++;
        tables.mark = calls.at[block.offset].place
    :: else
    fi
}
