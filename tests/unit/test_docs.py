"""What docs say of the code's own tables is what the tables say."""

from __future__ import annotations

import pytest

from tollway.docs import PARTS, ROOT, renewed


@pytest.mark.parametrize(("name", "mark"), PARTS)
def test_generated_parts_of_the_docs_are_current(name: str, mark: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert f"<!-- {mark}:begin" in text
    assert renewed(text, mark, PARTS[name, mark]()) == text, "run: python -m tollway.docs"


def test_every_page_that_the_readme_links_to_exists() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    links = {part.split(")")[0] for part in text.split("](")[1:]}
    missing = [link for link in links if not link.startswith("http") and not (ROOT / link).exists()]
    assert not missing
