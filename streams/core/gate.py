"""The one choke point: every call passes these rules, in this order, before it is emitted.

The allowlist of the state, then the contract's prohibitions, then what is disabled, then the
schema, then size, then its price, then network and information flow, then a person where the
contract asks for one, then money: arguments are looked at late, and nothing is held while a person
thinks. A rule lets the call pass, or refuses it with its own name, the reason, and what would
help; only those that ask for a person may also have the run wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.errors import NotQuoted, RecordError
from streams.core import quotes
from streams.core.affording import affordable
from streams.core.approvals import asking
from streams.core.approvals.questions import Question, Subject
from streams.core.counting import most_tokens
from streams.core.flow.asked import flowing
from streams.core.flow.judging import Unexplained, objections
from streams.core.hashing import content_hash
from streams.core.max_cost import model_request_bytes
from streams.core.verdicts import Quoted, Refusal, Situation, Verdict

if TYPE_CHECKING:
    from streams.core.states import Ask
    from streams.core.workflow import CallType


def admit(ask: Ask, at: Situation) -> Verdict:
    """Decide one call."""
    typed = _typed(ask, at)
    if isinstance(typed, Refusal):
        return typed
    call_type, arguments = typed.call_type, typed.arguments
    quoted = _oversized(ask, at, arguments) or _quoted(ask, at, call_type, arguments)
    if isinstance(quoted, Refusal):
        return quoted
    return _unflowing(quoted, at) or _unanswered(quoted, at) or affordable(quoted, at)


def permitted(ask: Ask, at: Situation) -> Refusal | Question | None:
    """What the rules say of a call apart from size, price and money; None when they allow it."""
    typed = _typed(ask, at)
    if isinstance(typed, Refusal):
        return typed
    return _unflowing(typed, at) or _unanswered(typed, at)


def _typed(ask: Ask, at: Situation) -> Quoted | Refusal:
    """A call that its state may ask for, with its arguments encoded."""
    refusal = _allowed(ask, at) or _forbidden(ask, at) or _disabled(ask, at) or _broken(ask)
    if refusal:
        return refusal
    call_type = at.workflow.call_types.get((ask.kind, ask.name))
    if call_type is None:
        unknown = f"no {ask.kind} named {ask.name} is part of workflow {at.workflow.name}"
        return Refusal("known", f"{unknown}; add it there to allow it")
    try:
        arguments = call_type.encode_arguments(ask.arguments)
    except RecordError as error:
        return Refusal("schema", f"{ask.name}: {error}")
    return Quoted(ask, call_type, arguments)


def _broken(ask: Ask) -> Refusal | None:
    """A handle that leads nowhere is no value that a schema could judge."""
    broken = ask.provenance.broken
    return Refusal("handle", f"{ask.name}: {broken}") if broken else None


def _allowed(ask: Ask, at: Situation) -> Refusal | None:
    policy = at.policy
    models = () if policy.model is None else (policy.model,)
    allowed = {"model": models, "retrieval": policy.retrievers, "tool": policy.tools}[ask.kind]
    if ask.name in allowed:
        return None
    return Refusal(
        "allowlist",
        f"{ask.kind} {ask.name} is not allowed in state {at.state}; "
        f"the contract allows: {', '.join(allowed) or 'none'}",
    )


def _forbidden(ask: Ask, at: Situation) -> Refusal | None:
    if ask.name not in at.workflow.contract.forbidden:
        return None
    return Refusal("forbidden", f"the contract of {at.workflow.name} forbids {ask.name}")


def _disabled(ask: Ask, at: Situation) -> Refusal | None:
    entry = at.disabled(ask.name)
    if entry is None:
        return None
    return Refusal(
        "disabled",
        f"{ask.name} is disabled in workspace {at.who.workspace}: {entry['why']}; "
        "compare its bills, then let an operator enable it again",
    )


def _oversized(ask: Ask, at: Situation, arguments: bytes) -> Refusal | None:
    """A model is sent no more, and may answer no more, than the contract's maximum cost counts."""
    if ask.kind != "model":
        return None
    most_bytes = model_request_bytes(at.policy, at.workflow.prompts)
    sent_bytes = most_tokens(ask.arguments, arguments)
    most, tokens = at.policy.max_output_tokens, ask.arguments["max_output_tokens"]
    if sent_bytes <= most_bytes and 0 < tokens <= most:
        return None
    return Refusal(
        "size",
        f"{ask.name} would be sent {sent_bytes} of at most {most_bytes} bytes and asked for "
        f"{tokens} of at most {most} tokens",
    )


def _quoted(ask: Ask, at: Situation, call_type: CallType, arguments: bytes) -> Quoted | Refusal:
    try:
        quote = quotes.quoted(ask, at, call_type, arguments)
    except NotQuoted as error:
        return Refusal("price", f"{ask.name}: {error}")
    return Quoted(ask, call_type, arguments, quote.usd_micros, quote.rates)


def _unflowing(quoted: Quoted, at: Situation) -> Question | Refusal | None:
    """The first objection to the call's flow that no person has set aside."""
    if quoted.ask.kind != "tool":
        return None
    verdicts = (_objected(found, quoted, at) for found in objections(flowing(quoted.ask, at)))
    return next((verdict for verdict in verdicts if verdict is not None), None)


def _objected(found: Unexplained, quoted: Quoted, at: Situation) -> Question | Refusal | None:
    """A person may set it aside for exactly these arguments, where the contract says who."""
    persons = at.workflow.contract.flow.ask
    if found.final or persons is None:
        return Refusal(found.rule, found.reason)
    subject, version = _subject(quoted, at), at.workflow.versions["contract"]
    about, question = asking.objection(found, persons, subject, at.standing, version)
    if at.standing.granted(about, at.now_ms):
        return None
    said_no = at.standing.said_no(about)
    return question if said_no is None else Refusal(found.rule, said_no)


def _unanswered(quoted: Quoted, at: Situation) -> Question | Refusal | None:
    """The first question that nobody has answered with yes; one answered with no stays so."""
    if not any(quoted.ask.name in rule.tools for rule in at.workflow.contract.approvals):
        return None
    subject = _subject(quoted, at)
    version = at.workflow.versions["contract"]
    asked = asking.questions(at.workflow.contract, version, subject, at.standing)
    for about, question in asked:
        if not at.standing.granted(about, at.now_ms):
            said_no = at.standing.said_no(about)
            return question if said_no is None else Refusal("approval", said_no)
    return None


def _subject(quoted: Quoted, at: Situation) -> Subject:
    ask = quoted.ask
    return Subject(
        kind=ask.kind,
        name=ask.name,
        arguments_hash=content_hash(quoted.arguments),
        arguments_json=quoted.call_type.readable(quoted.arguments),
        why=ask.why,
        call_id=at.standing.call_id,
        cost_usd_micros=quoted.usd_micros,
    )
