"""Caps that workspaces share, from `shared_caps.yaml` beside the workflows' folders."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import ValidationError

from schemas.errors import ContractError
from streams.core.hashing import content_hash
from streams.core.slices.caps import NO_SHARED_CAPS, SharedCaps

if TYPE_CHECKING:
    from streams.core.contract import Contract

SHARED_CAPS_FILE = "shared_caps.yaml"


def load_shared_caps(workflows_dir: Path) -> SharedCaps:
    """The caps; none when there is no such file. Raises ContractError."""
    file = workflows_dir / SHARED_CAPS_FILE
    if not file.exists():
        return NO_SHARED_CAPS
    try:
        value = yaml.safe_load(file.read_text("utf-8"))
        return SharedCaps.model_validate_json(json.dumps(value, default=str))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContractError(f"{file}: cannot be read: {error}; write it as YAML") from error
    except ValidationError as error:
        raise ContractError("\n".join(_told(file, error))) from error


def shared_caps_version(workflows_dir: Path) -> str:
    """Version and hash of the file; empty when there is none."""
    file = workflows_dir / SHARED_CAPS_FILE
    if not file.exists():
        return ""
    version = load_shared_caps(workflows_dir).version
    return f"shared_caps@{version}+{content_hash(file.read_bytes())[:8]}"


def unknown_calls(caps: SharedCaps, contracts: Iterable[Contract]) -> list[str]:
    """A line for every call that a cap counts and no workflow here can make."""
    known = {name for contract in contracts for name in contract.callable_names}
    return [
        f"{SHARED_CAPS_FILE}: caps.{number}.calls: no workflow may call {call}; "
        "write the name as in a contract"
        for number, cap in enumerate(caps.caps)
        for call in cap.calls
        if call not in known
    ]


def _told(file: Path, error: ValidationError) -> list[str]:
    """One line a fault, with its place and where to look."""
    return [
        f"{file}: {'.'.join(map(str, found['loc'])) or 'the file'}: {found['msg']}; "
        "see docs/shared_caps.md for its fields"
        for found in error.errors(include_url=False)
    ]
