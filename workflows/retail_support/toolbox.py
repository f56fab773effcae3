"""The support desk's tools at work. Only a tool pool opens this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agents.tools.spec import CallContext, Toolbox, ToolSpec
from schemas.errors import NonConforming, SettingError
from schemas.strict import StrictModel
from workflows.retail_support.store import Store, open_store
from workflows.retail_support.store.acts import ACTS
from workflows.retail_support.store.log import Call
from workflows.retail_support.store.lookups import READS
from workflows.retail_support.tools import TOOLS

_SPECS: Final[Mapping[str, ToolSpec]] = {spec.name: spec for spec in TOOLS}


class RetailToolbox:
    """Performs the 15 tools on one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def perform(self, tool: str, arguments: StrictModel, context: CallContext) -> StrictModel:
        """Perform one call.

        Raises ToolRefusal in the store's words, NonConforming for a tool or arguments that are
        not of this toolbox.
        """
        spec = _spec_for(tool, arguments)
        if spec.effect == "write":
            return self._store.write(Call(spec, arguments, context), ACTS[tool])
        with self._store.snapshot() as connection:
            return READS[tool](connection, arguments)

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()


def open_toolbox(settings: Mapping[str, str]) -> Toolbox:
    """The toolbox on the store at `settings["store_url"]`. Raises SettingError."""
    if "store_url" not in settings:
        raise SettingError("store_url: missing; give a database URL such as sqlite:///store.db")
    return RetailToolbox(open_store(settings["store_url"]))


def _spec_for(tool: str, arguments: StrictModel) -> ToolSpec:
    spec = _SPECS.get(tool)
    if spec is None:
        raise NonConforming("tool", f"{tool} is unknown; known are {', '.join(_SPECS)}")
    if not isinstance(arguments, spec.arguments):
        expected, got = spec.arguments.__name__, type(arguments).__name__
        raise NonConforming("arguments", f"{tool} takes {expected}, not {got}")
    return spec
