"""A model call as a state asks for it: trusted prompt, the request, and fenced evidence."""

from __future__ import annotations

from agents.runs.evidence import signs_in
from streams.core.bounds import clipped
from streams.core.states import Ask, View


def ask_model(view: View, state: str, answer_schema: str, context: str) -> Ask:
    """Ask the model that the contract gives this state. The context is cut to its limit.

    Why it is asked stands on the audit log, with the signs of injected instructions that it sees.
    """
    policy = view.policy(state)
    arguments = {
        "system": view.workflow.prompts.get(policy.prompt or "", ""),
        "request": view.run["request"],
        "context": context.encode()[: policy.max_prompt_bytes].decode(errors="ignore"),
        "answer_schema": answer_schema,
        "max_output_tokens": policy.max_output_tokens,
    }
    ids = tuple(piece["id"] for piece in view.run["evidence"])
    why = clipped("; ".join([f"{state}: {answer_schema}", *signs_in(view)]))
    return Ask("model", policy.model or "", arguments, why, ids)
