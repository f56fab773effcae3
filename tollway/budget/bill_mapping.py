"""How a bill's columns and names are called here: from options, or from a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from schemas.errors import BillRefused
from tollway.budget.bill import FIELDS, Mapped


def mapped(file: Path | None, columns: dict[str, str], names: dict[str, str]) -> Mapped:
    """The mapping in `file`, or the one that is given. Raises BillRefused."""
    if file is None:
        return _validated("--column", {"columns": columns, "names": names})
    try:
        content = yaml.safe_load(file.read_bytes())
    except (OSError, yaml.YAMLError) as error:
        raise BillRefused(f"{file} cannot be read as YAML: {error}") from error
    return _validated(str(file), {} if content is None else content)


def _validated(where: str, content: Any) -> Mapped:
    try:
        return Mapped.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BillRefused(
            f"{where}: {field}: {first['msg']}; it takes `columns`, which give the bill's column "
            f"for {', '.join(FIELDS)}, and `names`, which give our name for one on the bill"
        ) from error
