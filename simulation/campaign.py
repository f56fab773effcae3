"""Many histories, one after another, until one breaks an invariant or the time is over."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import blake2b

from simulation.running import Ending, ending
from simulation.violation import Violation
from simulation.world import Plan


@dataclass
class Campaign:
    """What so many histories came to. Equal digests are equal histories, all of them."""

    seeds: int = 0
    valid_blocks: int = 0
    void_blocks: int = 0
    crashes: Counter[str] = field(default_factory=Counter)
    digest: str = ""
    seconds: float = 0.0
    broken: Plan | None = None
    violation: Violation | None = None

    def add(self, plan: Plan, history: Ending) -> None:
        """One more."""
        self.seeds += 1
        self.valid_blocks += history.valid_blocks
        self.void_blocks += history.void_blocks
        self.crashes.update({point.name: count for point, count in history.crashes.items()})
        self.digest = blake2b((self.digest + history.digest).encode(), digest_size=16).hexdigest()
        if history.violation is not None:
            self.broken, self.violation = plan, history.violation


def run(
    plans: Iterable[Plan],
    seconds: float | None = None,
    told: Callable[[Campaign], None] = lambda _: None,
    processes: int = 1,
) -> Campaign:
    """Live through `plans` for at most so many seconds of real time; at least through one.

    Ends with the first violation. `told` hears after each history. However many `processes`
    share the work, the campaign is the same.
    """
    campaign, started = Campaign(), time.monotonic()
    for plan, history in _lived(plans, processes):
        campaign.add(plan, history)
        campaign.seconds = time.monotonic() - started
        told(campaign)
        if campaign.violation or (seconds is not None and campaign.seconds >= seconds):
            break
    return campaign


def _lived(plans: Iterable[Plan], processes: int) -> Iterator[tuple[Plan, Ending]]:
    """How each plan went, in their order."""
    if processes == 1:
        yield from ((plan, ending(plan)) for plan in plans)
        return
    pool = ProcessPoolExecutor(processes)
    going: deque[tuple[Plan, Future[Ending]]] = deque()
    try:
        for plan in plans:
            going.append((plan, pool.submit(ending, plan)))
            if len(going) == 2 * processes:
                oldest, told = going.popleft()
                yield oldest, told.result()
        yield from ((plan, told.result()) for plan, told in going)
    finally:
        pool.shutdown(cancel_futures=True)
