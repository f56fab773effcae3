"""The topics as a Markdown table; `python -m schemas.topics_table` renews the one in the docs."""

from __future__ import annotations

from pathlib import Path

from schemas.topics import Topic, topics

PAGE = Path(__file__).parents[1] / "docs" / "schemas.md"
BEGIN = "<!-- topics: python -m schemas.topics_table -->\n"
END = "<!-- end of topics -->\n"
_HEAD = (
    "| topic | what | key | schema | written by | read by | kept | largest record |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def markdown() -> str:
    """All topics that have a dead-letter twin, one row each."""
    return _HEAD + "".join(_row(topic) for topic in topics().values() if topic.dead_letters)


def renewed(page: str) -> str:
    """`page` with a current table between its two marks. Raises ValueError without them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page needs the lines {BEGIN!r} and {END!r}")
    return f"{before}{begin}\n{markdown()}\n{end}{after}"


def _row(topic: Topic) -> str:
    kept = "for ever" if topic.retention_hours is None else f"{topic.retention_hours} h"
    cells = (
        *(f"`{topic.name}`", topic.description, topic.key, f"`{topic.schema}`"),
        *(", ".join(topic.producers), ", ".join(topic.consumers)),
        *(kept, f"{topic.max_bytes // 1024 // 1024} MiB"),
    )
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
