"""Values of every kind, made up or from the documentation of whoever hands them out."""

from __future__ import annotations

_PEM_BODY = "MIIEpAIBAAKCAQEAx7v0Ejb9qkPl3mZ8\nQmFzZTY0IG9mIGEga2V5IHRoYXQgaXMgbm9uZQ=="
_JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0"

PLANTED = {
    "EMAIL": ("jane.planted@example.com", "jörg+shop@mail.planted.example"),
    "PHONE": ("(415) 555-0132", "415-555-0199", "+44 20 7946 0958", "+4930901820"),
    "CARD": ("4111 1111 1111 1111", "5500000000000004", "378282246310005"),
    "IBAN": ("DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"),
    "SSN": ("078-05-1120", "536-90-4399"),
    "API_KEY": (
        "sk-proj-abcdEFGH1234567890abcdEFGH",
        "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc",
        "gh" + "p_abcdefghijklmnopqrstuvwxyz0123456789",
        "xo" + "xb-1234567890-1234567890-abcdefGHIJKL",
    ),
    "AWS_KEY": ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    "JWT": (f"{_JWT}.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",),
    "PRIVATE_KEY": (
        f"-----BEGIN RSA PRIVATE KEY-----\n{_PEM_BODY}\n-----END RSA PRIVATE KEY-----",
    ),
    "PASSWORD": ("hunter2!secret",),
}
"""By kind. A password is one where it is said to be."""
SAID = {"PASSWORD": "my password is {}"}


def sentence(kind: str, value: str) -> str:
    """The value as a customer may write it."""
    return f"Hello, {SAID.get(kind, 'here it is: {}').format(value)} , thank you."


def everything() -> str:
    """A request that holds all of them."""
    return " ".join(sentence(kind, value) for kind, values in PLANTED.items() for value in values)


def all_values() -> list[str]:
    """Every value; of a key's block a line, since lines may be told apart."""
    values = [value for several in PLANTED.values() for value in several]
    return [value if "\n" not in value else value.split("\n")[1] for value in values]
