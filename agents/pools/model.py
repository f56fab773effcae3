"""The model pool: asks a model and bills what it used at the rates that the call carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.calltypes import ContractCallType, model_call_type
from agents.models.interface import Model, ModelNotBilled, ModelUnavailable
from agents.models.openai_compatible import connect
from agents.models.recorded import open_recorded
from agents.models.router import FirstThatCan
from agents.pools.acting import Done
from agents.pools.costs import of_usage
from schemas.codec import Codec
from schemas.errors import RecordError
from streams.core.prices import PriceBook
from streams.kafka_access import read_secret
from streams.settings import Settings

if TYPE_CHECKING:
    from schemas.records import Call, ModelRequest


@dataclass(frozen=True, slots=True)
class ModelPool:
    """Performs model calls."""

    model: Model
    prices: PriceBook
    call_type: ContractCallType

    def wire_type(self, call: Call) -> ContractCallType | None:
        """Every model call has the same contract; a model without a price is not served."""
        return self.call_type if call["name"] in self.prices.models else None

    async def act(self, call: Call, request: ModelRequest) -> Done:
        """Ask the model once."""
        answer = await self.model.complete(call, request)
        cost, used = of_usage(call, self.prices.models[call["name"]].rates, answer.usage)
        result = {
            "answer_json": answer.answer_json,
            "model": call["name"],
            "input_tokens": used.input_tokens,
            "output_tokens": used.output_tokens,
        }
        return Done(result, cost, answer.provider, used.input_tokens, used.output_tokens)


def cost_of_failure(call: Call, error: Exception) -> int:
    """Nothing when it surely was not billed; otherwise it may have been, in full."""
    unbilled = isinstance(error, (ModelUnavailable, ModelNotBilled, RecordError))
    return 0 if unbilled else call["reserved_usd_micros"]


def open_model_pool(settings: Settings, codec: Codec, prices: PriceBook) -> ModelPool:
    """The pool's models: recordings first, then the configured provider."""
    models: list[Model] = [open_recorded(settings.recordings, settings.recorded_steps_per_turn)]
    if settings.model_base_url is not None:
        key = read_secret("model_api_key_file", settings.model_api_key_file)
        models.append(connect(settings.model_base_url, key))
    return ModelPool(FirstThatCan(tuple(models)), prices, model_call_type(codec))
