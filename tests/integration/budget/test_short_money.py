"""Many requests and little money: the cap holds, the ladder comes first, and every end is plain."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bench.short_money.__main__ import sound
from bench.short_money.running import ShortMoney
from streams.brokers.broker import Broker
from tests.brokers import settings_for

REQUESTS, PERCENT = 50, 15


def test_a_cap_holds_the_ladder_comes_before_pauses_and_a_raised_cap_lets_all_end(
    memory_broker: Broker, tmp_path: Path
) -> None:
    asked = ShortMoney(REQUESTS, PERCENT, tmp_path, print)
    found = asyncio.run(asked.run(settings_for(memory_broker, "", driver="aiokafka")))

    short, raised = found.short, found.raised
    assert sound(found), found
    assert 0 < short.spent_by_account_usd_micros <= short.cap_usd_micros
    assert short.outcomes.get("resolved", 0) + short.paused == REQUESTS
    assert short.paused > 0
    assert any(rung.startswith("plan.cheaper_model") for rung in short.rungs)
    assert raised is not None
    assert raised.outcomes == {"resolved": REQUESTS}
    assert raised.orders_cancelled >= REQUESTS
