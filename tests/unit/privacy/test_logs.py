"""What processes log holds no value, whoever logs it."""

from __future__ import annotations

import io
import logging

from agents.privacy.logs import MAX_CHARACTERS, clean_logs

MAIL = "jane.planted@example.com"


def logged(*arguments: object, **options: object) -> str:
    stream, logger = io.StringIO(), logging.getLogger("test-of-clean-logs")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger.handlers = [handler]
    clean_logs(logger)
    clean_logs(logger)
    logger.error(*arguments, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def test_a_line_is_clean_whether_the_value_is_in_its_text_or_an_argument() -> None:
    assert logged(f"{MAIL} and %s", MAIL) == "ERROR [EMAIL] and [EMAIL]\n"


def test_a_traceback_is_clean() -> None:
    said = logged("broke", exc_info=ValueError(MAIL))
    assert said.endswith("ValueError: [EMAIL]\n")


def test_a_line_without_end_costs_little() -> None:
    assert len(logged("a" * 1_000_000)) <= MAX_CHARACTERS + 10
