"""Dead letters without personal data and secrets, but for those in quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.privacy.scrubbing import masked

if TYPE_CHECKING:
    from schemas.records import DeadLetter


def clean_letter(letter: DeadLetter, *, quarantined: bool) -> DeadLetter:
    """The letter with clean words; its record is kept as it came in quarantine alone."""
    clean: DeadLetter = {
        **letter,
        "message": masked(letter["message"]),
        "causes": [masked(cause) for cause in letter["causes"]],
    }
    if quarantined:
        return clean
    headers = [{**header, "value": _clean(header["value"])} for header in letter["headers"]]
    key, value = _clean(letter["key"]), _clean(letter["value"])
    return {**clean, "key": key, "value": value, "headers": headers}  # type: ignore[typeddict-item]


def _clean(content: bytes | None) -> bytes | None:
    """Bytes that may be text in part: values in them are replaced, all else stays as it is."""
    if content is None:
        return None
    text = content.decode(errors="surrogateescape")
    return masked(text).encode(errors="surrogateescape")
