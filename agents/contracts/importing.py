"""Importing a module of a workflow's folder, wherever the folder lies.

Folders are packages of packages: `workflows/refunds` is `workflows.refunds`. A deployment's own
`workflows` may lie beside the one that Tollway brings, so both are searched, its own first.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType


def module_of(folder: Path, name: str) -> ModuleType:
    """The module `name` of a resolved `folder`. Raises ImportError, or what its code raises."""
    root, package = str(folder.parent.parent), folder.parent.name
    if root not in sys.path:
        sys.path.append(root)
    places = import_module(package).__path__
    if isinstance(places, list) and str(folder.parent) not in places:
        places.insert(0, str(folder.parent))
    module = import_module(f"{package}.{folder.name}.{name}")
    _belongs(module, folder)
    return module


def _belongs(module: ModuleType, folder: Path) -> None:
    """Another folder of the same name may have been imported before: never mix the two."""
    found = Path(module.__file__ or "")
    if folder not in found.resolve().parents:
        reason = f"{module.__name__} is {found}, not in {folder}; rename the folder"
        raise ImportError(reason)
