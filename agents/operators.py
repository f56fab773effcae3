"""The people who may give commands, from `operators.yaml` beside the folders of the workflows."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from pydantic import ValidationError

from schemas.errors import ContractError
from streams.core.control.operators import ANYBODY, Operators
from streams.core.hashing import content_hash

OPERATORS_FILE = "operators.yaml"


def load_operators(workflows_dir: Path) -> Operators:
    """The people; anybody when there is no such file. Raises ContractError."""
    file = workflows_dir / OPERATORS_FILE
    if not file.exists():
        return ANYBODY
    try:
        content = file.read_bytes()
        read = json.dumps(yaml.safe_load(content), default=str)
        operators = Operators.model_validate_json(read)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContractError(f"{file}: cannot be read: {error}; write it as YAML") from error
    except ValidationError as error:
        raise ContractError("\n".join(_told(file, error))) from error
    _check_people(file, operators)
    return operators.model_copy(update={"version": content_hash(content)[:12]})


def _check_people(file: Path, operators: Operators) -> None:
    """Raises ContractError for a command that fewer people may give than it needs."""
    wrong = [
        f"{file}: commands.{right}: needs {rule.people} people and {count} have the role "
        f"{' or '.join(rule.roles)}; give it to more people"
        for right, rule in operators.commands.items()
        if (count := sum(not set(p.roles).isdisjoint(rule.roles) for p in operators.people))
        < rule.people
    ]
    if wrong:
        raise ContractError("\n".join(wrong))


def _told(file: Path, error: ValidationError) -> list[str]:
    """One line a fault, with its place and where to look."""
    return [
        f"{file}: {'.'.join(map(str, found['loc'])) or 'the file'}: {found['msg']}; "
        "see docs/levers.md for its fields"
        for found in error.errors(include_url=False)
    ]
