"""The tool at work. Only a tool pool opens this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Column, Engine, MetaData, String, Table, insert, select

from agents.tools.database import connect, lock
from agents.tools.spec import CallContext, Toolbox
from schemas.errors import NonConforming, SettingError, ToolRefusal
from schemas.strict import StrictModel
from workflows.complaint_triage.tools import ROUTE_COMPLAINT, RouteComplaint, Routed

DESKS: Final = Table(
    "routed_complaints",
    MetaData(),
    Column("idempotency_key", String, primary_key=True),
    Column("workspace", String, nullable=False),
    Column("run_id", String, nullable=False),
    Column("product", String, nullable=False),
    Column("issue", String, nullable=False),
    Column("team", String, nullable=False),
    Column("response", String, nullable=False),
)


class TriageToolbox:
    """Puts each complaint on a desk once for each idempotency key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def perform(self, tool: str, arguments: StrictModel, context: CallContext) -> StrictModel:
        """Route. Raises ToolRefusal for a key that stands for another complaint."""
        if tool != ROUTE_COMPLAINT.name or not isinstance(arguments, RouteComplaint):
            raise NonConforming("tool", f"{tool} is unknown; known is {ROUTE_COMPLAINT.name}")
        row = _row(arguments, context)
        query = select(DESKS).where(DESKS.c.idempotency_key == context.idempotency_key)
        with self._engine.begin() as connection:
            lock(connection, DESKS)
            known = connection.execute(query).mappings().one_or_none()
            if known is None:
                connection.execute(insert(DESKS).values(row))
            elif dict(known) != row:
                raise ToolRefusal("this idempotency key was used for another complaint")
        return Routed(team=arguments.team, product=arguments.product, issue=arguments.issue)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def open_toolbox(settings: Mapping[str, str]) -> Toolbox:
    """The toolbox on the store at `settings["store_url"]`. Raises SettingError."""
    if "store_url" not in settings:
        raise SettingError("store_url: missing; give a database URL such as sqlite:///store.db")
    return TriageToolbox(connect(settings["store_url"], DESKS))


def _row(arguments: RouteComplaint, context: CallContext) -> dict[str, Any]:
    return {
        "idempotency_key": context.idempotency_key,
        "workspace": context.workspace,
        "run_id": context.run_id,
        **arguments.model_dump(),
    }
