"""The pinned price book, read from `price_book.yaml` beside this file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import orjson
import yaml

from streams.core.prices import PriceBook


@cache
def price_book() -> PriceBook:
    """Model prices at their dearest, with the version that goes on every decision."""
    text = files("agents").joinpath("price_book.yaml").read_text("utf-8")
    return PriceBook.model_validate_json(orjson.dumps(yaml.safe_load(text)))
