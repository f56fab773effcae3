"""The client side of every measurement: how many runs are under way, and what is timed."""

from collections import deque
from collections.abc import Iterable

from bench.driving import Driver
from bench.measured import Load, percentile
from bench.peers.measuring import measure


class Recorded:
    """Ends runs in the order in which they began, two at a time."""

    def __init__(self) -> None:
        self.under_way: deque[int] = deque()
        self.begun: list[int] = []
        self.most = 0

    async def start(self, number: int) -> None:
        self.under_way.append(number)
        self.begun.append(number)
        self.most = max(self.most, len(self.under_way))

    async def ended(self) -> Iterable[int]:
        return [self.under_way.popleft() for _ in range(min(2, len(self.under_way)))]


async def test_every_run_is_started_once_and_timed_once() -> None:
    runs = Recorded()
    latencies_ms = await Driver(runs).drive(25, in_flight=4)
    assert runs.begun == list(range(25))
    assert len(latencies_ms) == 25


async def test_no_more_runs_are_under_way_than_asked_for() -> None:
    runs = Recorded()
    await Driver(runs).drive(25, in_flight=4)
    assert runs.most == 4


async def test_idle_runs_go_one_at_a_time_and_no_number_is_used_twice() -> None:
    runs = Recorded()
    driver = Driver(runs)
    await driver.drive(3, in_flight=3)
    runs.most = 0
    await driver.drive(5, in_flight=1)
    assert runs.most == 1
    assert runs.begun == list(range(8))


async def test_a_peer_measures_all_its_parts() -> None:
    begun = []

    async def run(number: int) -> None:
        begun.append(number)

    load = Load(runs=6, in_flight=3, idle_runs=2, warm_up_runs=1)
    measured = await measure(run, load)
    assert sorted(begun) == list(range(load.total_runs))
    assert len(measured.latencies_ms) == measured.runs == 6
    assert len(measured.idle_latencies_ms) == 2


def test_a_smaller_load_keeps_at_least_one_run_of_each_part() -> None:
    load = Load(runs=3, idle_runs=100).smaller(5)
    assert (load.runs, load.idle_runs, load.in_flight) == (1, 20, 200)


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert percentile(values, 0.50) == 51
    assert percentile(values, 0.99) == 100
    assert percentile([7.0], 0.99) == 7
