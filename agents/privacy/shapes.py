"""The shapes of personal data and secrets, as a table; libraries know which of them are real.

`phonenumbers` knows the numbers of every country, `python-stdnum` the check digits, and
`detect-secrets` what the tokens of many services look like. Every pattern takes time in
proportion to the text, whatever stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers
from detect_secrets.plugins import (
    aws,
    azure_storage_key,
    discord,
    github_token,
    gitlab_token,
    mailchimp,
    pypi_token,
    sendgrid,
    slack,
    square_oauth,
    stripe,
    telegram_token,
    twilio,
)
from stdnum import iban, luhn

from streams.core.placeholders import Kind

REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "IN", "BR")
"""Where a phone number without a country code may be from."""
_DIGITS = re.compile(r"\D")


def _always(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Shape:
    """Values of one kind: the named group `value` of a match, else all of it, if it is `real`."""

    kind: Kind
    pattern: re.Pattern[str]
    real: Callable[[str], bool] = _always

    def span(self, found: re.Match[str]) -> tuple[int, int]:
        """Where the value begins and ends."""
        return found.span("value" if "value" in self.pattern.groupindex else 0)


def _phone(text: str) -> bool:
    return any(
        phonenumbers.is_valid_number(number) for region in REGIONS if (number := _of(text, region))
    )


def _of(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _card(text: str) -> bool:
    return bool(luhn.is_valid(_DIGITS.sub("", text)))


def _iban(text: str) -> bool:
    return bool(iban.is_valid(text))


def _secret(text: str) -> bool:
    """Not a word of a sentence: it has a digit or a sign in it."""
    return not text.isalpha()


def _mixed(text: str) -> bool:
    """Not a hash and not a path: capitals, small letters and digits."""
    return (
        any(map(str.isupper, text)) and any(map(str.islower, text)) and any(map(str.isdigit, text))
    )


_I = re.IGNORECASE
_PEM = r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
_PEM_END = r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
_DATE = r"\d\d([-./ ])\d\d\1\d{4}"
_SSN = r"\d{3}([-. ])\d\d\2\d{4}"
_LABEL = (
    r"(?:password|passwd|passphrase|pwd|secret(?:[_ -]?(?:access)?[_ -]?key)?|api[_ -]?key"
    r"|(?:access|auth|bearer)[_ -]?(?:token|key))"
)

OWN = (
    Shape("PRIVATE_KEY", re.compile(rf"{_PEM}[^-]{{0,20000}}(?:{_PEM_END}|\Z)?")),
    Shape("JWT", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?")),
    Shape("AWS_KEY", re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"), _mixed),
    Shape("API_KEY", re.compile(r"\bsk-[\w-]{20,256}"), _secret),
    Shape(
        "API_KEY",
        re.compile(
            r"\b(?:(?:sk|pk|rk|api|key|token)[-_](?:[a-z]{2,10}[0-9]{0,2}[-_]){0,3}[A-Za-z0-9]{16,}"
            r"|github_pat_\w{20,}|hf_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{30,}|AIza[\w-]{35}"
            r"|xox[a-z]-[A-Za-z0-9-]{10,})"
        ),
    ),
    Shape("PASSWORD", re.compile(r"://[^\s:/@\[\]]{1,64}:(?P<value>[^\s:/@\[\]]{1,128})@")),
    Shape(
        "PASSWORD",
        re.compile(
            rf"\b[\w-]{{0,20}}?{_LABEL}[\"']?(?:\s+(?:is|was)|\s*(?::=|=>|=|:))\s*[\"']?"
            r"(?P<value>[^\s\"'\[\]]{6,128})(?<![.,;!?)])",
            _I,
        ),
        _secret,
    ),
    Shape("EMAIL", re.compile(r"[\w.+%'-]{1,64}@(?:[^\W_](?:[\w-]{0,62})\.){1,8}[^\W\d_]{2,24}")),
    Shape(
        "IBAN",
        re.compile(
            r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b", _I
        ),
        _iban,
    ),
    Shape("CARD", re.compile(r"(?<![\w.])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])"), _card),
    Shape("SSN", re.compile(r"(?<![\w-])\d{3}([- .])\d{2}\1\d{4}(?![\w-])")),
    Shape(
        "SSN",
        re.compile(
            r"\b(?:ssn|social security)(?: number| no\.?)?\W{0,3}(?:is\W{1,3})?"
            r"(?P<value>\d{9})\b",
            _I,
        ),
    ),
    Shape(
        "PHONE",
        re.compile(
            r"(?<![\w#.-])(?:\+?1[-. ]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])\d{3}[-. ]\d{4}(?![\w-])"
        ),
    ),
    Shape("PHONE", re.compile(r"(?<![\w#.])\+\d(?:[ ().-]{0,2}\d){6,14}(?!\w)"), _phone),
    Shape(
        "PHONE",
        re.compile(rf"(?<![\w#.-])(?!{_DATE}|{_SSN})\(?0\d(?:[ ()-]{{0,2}}\d){{7,12}}(?![\w-])"),
        _phone,
    ),
)
SERVICES: tuple[tuple[Kind, type], ...] = (
    ("AWS_KEY", aws.AWSKeyDetector),
    ("API_KEY", azure_storage_key.AzureStorageKeyDetector),
    ("API_KEY", discord.DiscordBotTokenDetector),
    ("API_KEY", github_token.GitHubTokenDetector),
    ("API_KEY", gitlab_token.GitLabTokenDetector),
    ("API_KEY", mailchimp.MailchimpDetector),
    ("API_KEY", pypi_token.PypiTokenDetector),
    ("API_KEY", sendgrid.SendGridDetector),
    ("API_KEY", slack.SlackDetector),
    ("API_KEY", square_oauth.SquareOAuthDetector),
    ("API_KEY", stripe.StripeDetector),
    ("API_KEY", telegram_token.TelegramBotTokenDetector),
    ("API_KEY", twilio.TwilioKeyDetector),
)
SHAPES: tuple[Shape, ...] = (
    *OWN,
    *(Shape(kind, pattern) for kind, plugin in SERVICES for pattern in plugin().denylist),
)
"""Every shape that is looked for."""
