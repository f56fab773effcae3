"""The people of a workflow who may answer questions, from `approvers.yaml` in its folder."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from pydantic import ValidationError

from schemas.errors import ContractError
from streams.core.approvals.people import NOBODY, Approvers
from streams.core.hashing import content_hash

APPROVERS_FILE = "approvers.yaml"


def load_approvers(folder: Path) -> Approvers:
    """The people; nobody when there is no such file. Raises ContractError."""
    file = folder / APPROVERS_FILE
    if not file.exists():
        return NOBODY
    try:
        value = yaml.safe_load(file.read_text("utf-8"))
        return Approvers.model_validate_json(json.dumps(value, default=str))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContractError(f"{file}: cannot be read: {error}; write it as YAML") from error
    except ValidationError as error:
        raise ContractError("\n".join(_told(file, error))) from error


def approvers_version(folder: Path) -> str:
    """A hash over the file; empty when there is none."""
    file = folder / APPROVERS_FILE
    return content_hash(file.read_bytes())[:12] if file.exists() else ""


def _told(file: Path, error: ValidationError) -> list[str]:
    """One line a fault, with its place and where to look."""
    return [
        f"{file}: {'.'.join(map(str, found['loc'])) or 'the file'}: {found['msg']}; "
        "see docs/approvals.md for its fields"
        for found in error.errors(include_url=False)
    ]
