"""Tools behind HTTP: one POST a call, with the idempotency key as a header, and no retries.

`POST {base_url}/{tool}` takes the arguments as JSON and answers 200 with the result as JSON. A
business refusal is any 4xx with `{"error": "..."}`. `GET {base_url}/{tool}/effects/{key}` answers
200 with the result when the effect under an idempotency key is there, 404 when it is not and
cannot come any more, and anything else when the service does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import httpx2

from agents.tools.spec import CallContext, Happened, NeverHappened, Reconciled, ToolSpec
from schemas.derive import conform
from schemas.errors import NonConforming, SettingError, ToolRefusal
from schemas.strict import StrictModel

IDEMPOTENCY_HEADER = "Idempotency-Key"
"""As in the IETF's draft of that name."""
TIMEOUT_S = 60.0
"""Of one request. The contract's `act_limit_ms` gives a call up before or after that."""
REFUSALS = range(400, 500)


class HttpToolbox:
    """The tools of one workflow at one address."""

    def __init__(self, base_url: str, tools: Iterable[ToolSpec]) -> None:
        self._specs = {spec.name: spec for spec in tools}
        try:
            self._client = httpx2.Client(base_url=base_url, timeout=TIMEOUT_S)
        except httpx2.InvalidURL as error:
            raise SettingError(f"the tools' address {base_url!r} is no URL: {error}") from error

    def perform(self, tool: str, arguments: StrictModel, context: CallContext) -> StrictModel:
        """Act once. Raises ToolRefusal, NonConforming, or httpx2's errors for what is neither."""
        spec = self._spec(tool)
        response = self._client.post(
            f"/{tool}", json=arguments.model_dump(mode="json"), headers=_headers(context)
        )
        if response.status_code in REFUSALS:
            raise ToolRefusal(_refusal(tool, response))
        response.raise_for_status()
        return conform(spec.result, _json(tool, response))

    def reconcile(self, tool: str, context: CallContext) -> Reconciled:
        """Ask whether the effect is there. Raises httpx2's errors when the service is not."""
        spec = self._spec(tool)
        response = self._client.get(
            f"/{tool}/effects/{context.idempotency_key}", headers=_headers(context)
        )
        if response.status_code == httpx2.codes.NOT_FOUND:
            return NeverHappened()
        if response.status_code != httpx2.codes.OK:
            return None
        return Happened(conform(spec.result, _json(tool, response)))

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _spec(self, tool: str) -> ToolSpec:
        if tool not in self._specs:
            raise NonConforming("tool", f"{tool} is unknown; known are {', '.join(self._specs)}")
        return self._specs[tool]


def _headers(context: CallContext) -> Mapping[str, str]:
    return {
        IDEMPOTENCY_HEADER: context.idempotency_key,
        "Tollway-Call-Id": context.call_id,
        "Tollway-Workspace": context.workspace,
    }


def _refusal(tool: str, response: httpx2.Response) -> str:
    """The service's own words."""
    said = _json(tool, response).get("error")
    return str(said) if said else f"{tool} answered {response.status_code} without an error text"


def _json(tool: str, response: httpx2.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError as error:
        raise NonConforming("", f"{tool} answered {response.status_code} and no JSON") from error
    if not isinstance(answer, dict):
        raise NonConforming("", f"{tool} answered {response.status_code} and no JSON object")
    return answer
