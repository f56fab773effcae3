"""Placeholders: what stands in a text for a person's data or a secret, such as [EMAIL_1].

A number makes it one value of one run, which its vault keeps. Without a number, [EMAIL], it
stands for a value that nobody keeps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, get_args

Kind = Literal[
    "EMAIL",
    "PHONE",
    "CARD",
    "IBAN",
    "SSN",
    "PASSWORD",
    "API_KEY",
    "AWS_KEY",
    "JWT",
    "PRIVATE_KEY",
]
"""What a value is."""
KINDS: tuple[Kind, ...] = get_args(Kind)
NUMBERED = re.compile(rf"\[({'|'.join(KINDS)})_([1-9][0-9]{{0,5}})\]")
"""A placeholder with kind and number."""


def numbered(kind: str, number: int) -> str:
    """The placeholder of value `number` of its kind."""
    return f"[{kind}_{number}]"


def unnumbered(kind: str) -> str:
    """The placeholder of a value that nobody keeps."""
    return f"[{kind}]"


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with values in place of the placeholders that are known, in one pass."""
    return NUMBERED.sub(lambda found: values.get(found[0], found[0]), text)
