"""Workflows to copy: each folder is one intent with its contract, tools, prompts and evals."""
