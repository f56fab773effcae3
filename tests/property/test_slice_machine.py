"""A shared cap is never exceeded, whatever becomes of the messages between its ledgers.

Messages arrive late, twice, and in any order; clocks differ at the edge of a window; holders look
at their clocks when they please. A second book knows only calls, and a provider bills each at a
moment between its start and its end.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from streams.core import tables
from streams.core.slices.book import outstanding
from streams.core.slices.caps import SharedCap
from tests.property.slice_world import World

HOLDERS = ("acme", "bolt", "core", "dune")
JUMPS = [timedelta(seconds=1), timedelta(seconds=61), timedelta(minutes=31), timedelta(minutes=65)]
EXAMPLES, STEPS = 220, 100
"""More than 20,000 steps."""


class SliceMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        cap = SharedCap(name="all", scope="organization", window="hour", usd_micros=100)
        self.world = World(cap, HOLDERS)
        self.highest = 100
        self.runs = 0
        self.billed: Counter[str] = Counter()

    @initialize(ahead=st.sampled_from([-2, 0, 2]))
    def clocks_differ(self, ahead: int) -> None:
        self.world.giver_ahead = timedelta(seconds=ahead)

    @rule(whose=st.sampled_from(HOLDERS), amount=st.integers(1, 30))
    def ask(self, whose: str, amount: int) -> None:
        self.runs += 1
        self.world.attempt(whose, f"r{self.runs}", amount)

    @precondition(lambda self: self.world.wakes)
    @rule(data=st.data())
    def wake(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.world.wakes) - 1))
        whose = self.world.wakes.pop(at)
        if whose in self.world.wants:
            self.world.attempt(*whose, self.world.wants[whose])

    @precondition(lambda self: self.world.going)
    @rule(data=st.data(), keep=st.booleans())
    def deliver(self, data: st.DataObject, keep: bool) -> None:
        """Any message; perhaps another copy of it comes later."""
        at = data.draw(st.integers(0, len(self.world.going) - 1))
        self.world.deliver(self.world.going[at] if keep else self.world.going.pop(at))

    @precondition(lambda self: self.world.arrived)
    @rule(data=st.data())
    def deliver_again(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.world.arrived) - 1))
        self.world.deliver(self.world.arrived[at])

    @precondition(lambda self: any(call.cost is None for call in self.world.calls))
    @rule(data=st.data(), share=st.integers(0, 100), late=st.booleans())
    def settle(self, data: st.DataObject, share: int, late: bool) -> None:
        call = data.draw(st.sampled_from([c for c in self.world.calls if c.cost is None]))
        cost = call.held * share // 100
        hour = self.world.now if late else call.asked_at
        if hour - call.asked_at < timedelta(hours=1):
            self.billed[hour.strftime("%Y-%m-%dT%H")] += cost
        self.world.settle(call, cost)

    @rule(whose=st.sampled_from([*HOLDERS, "@all"]))
    def look_at_the_clock(self, whose: str) -> None:
        self.world.look_at_the_clock(whose)

    @rule(jump=st.sampled_from(JUMPS))
    def wait(self, jump: timedelta) -> None:
        self.world.now += jump

    @rule(amount=st.integers(0, 150))
    def set_cap(self, amount: int) -> None:
        self.highest = max(self.highest, amount)
        self.world.set_cap(amount)

    @rule(whose=st.sampled_from(HOLDERS), amount=st.integers(1, 30))
    def nothing_affordable_is_refused(self, whose: str, amount: int) -> None:
        """Once all who waited had their answer, a call is made if it fits, and refused if not.

        Where the cap was lowered, what was handed out before may still be spent.
        """
        world = self.world
        world.quiet()
        left = self.cap - world.used(world.now.strftime("%Y-%m-%dT%H"))
        made = len(world.calls)
        self.runs += 1
        world.attempt(whose, f"r{self.runs}", amount)
        world.quiet()
        was_made, fits = len(world.calls) == made + 1, amount <= left
        assert was_made or not fits, (amount, left)
        assert fits or not was_made or self.cap < self.highest, (amount, left)

    @property
    def cap(self) -> int:
        rows = self.world.ledgers["@all"].items(tables.CAPS)
        return int(rows[0][1]["usd_micros"]) if rows else 100

    @invariant()
    def the_second_book_stays_within_the_cap(self) -> None:
        hours = {hour for call in self.world.calls for hour in call.windows()}
        assert all(self.world.used(hour) <= self.highest for hour in hours)

    @invariant()
    def no_hour_is_billed_more_than_the_cap(self) -> None:
        assert all(amount <= self.highest for amount in self.billed.values())

    @invariant()
    def what_one_ledger_gave_the_other_has_at_most(self) -> None:
        giver = self.world.ledgers["@all"]
        for key, line in giver.items(tables.HOLDINGS):
            _, whose, kind, window = key.split("|")
            held = self.world.ledgers[whose].get(tables.SLICES, f"{whose}|all|{kind}|{window}")
            if held is not None:
                assert held["granted_usd_micros"] <= line["granted_usd_micros"]
                assert held["returned_usd_micros"] >= line["returned_usd_micros"]

    @invariant()
    def the_sums_are_those_of_the_lines(self) -> None:
        giver = self.world.ledgers["@all"]
        held: Counter[str] = Counter()
        for key, line in giver.items(tables.HOLDINGS):
            held[key.rsplit("|", 1)[1]] += outstanding(line)
        for key, entry in giver.items(tables.SHARED):
            assert entry["held_usd_micros"] == held[key.rsplit("|", 1)[1]]
            assert 0 <= entry["open_usd_micros"] <= entry["held_usd_micros"]
            assert entry["recalling"] >= 0


SliceMachine.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestSlices = SliceMachine.TestCase
