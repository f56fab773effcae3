"""A model call as a state asks for it: trusted prompt, the request, and fenced evidence."""

from __future__ import annotations

from streams.core.states import Ask, View


def ask_model(view: View, state: str, answer_schema: str, context: str) -> Ask:
    """Ask the model that the contract gives this state. The context is cut to its limit."""
    policy = view.policy(state)
    arguments = {
        "system": view.workflow.prompts.get(policy.prompt or "", ""),
        "request": view.run["request"],
        "context": context.encode()[: policy.max_prompt_bytes].decode(errors="ignore"),
        "answer_schema": answer_schema,
        "max_output_tokens": policy.max_output_tokens,
    }
    ids = tuple(piece["id"] for piece in view.run["evidence"])
    return Ask("model", policy.model or "", arguments, f"{state}: {answer_schema}", ids)
