"""Every invariant by name: one file each, all of them checked in every history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulation.invariants.acts_only_from_accepted_claims import ActsOnlyFromAcceptedClaims
from simulation.invariants.approved_calls_only import ApprovedCallsOnly
from simulation.invariants.audit_clean import AuditClean
from simulation.invariants.base import Invariant
from simulation.invariants.bills_are_covered import BillsAreCovered
from simulation.invariants.every_run_ends import EveryRunEnds
from simulation.invariants.inputs_decided_once import InputsDecidedOnce
from simulation.invariants.late_answers_settle_once import LateAnswersSettleOnce
from simulation.invariants.no_more_runs_than_may_be_open import NoMoreRunsThanMayBeOpen
from simulation.invariants.no_stays_no import NoStaysNo
from simulation.invariants.nothing_disabled_is_called import NothingDisabledIsCalled
from simulation.invariants.nothing_done_is_done_again import NothingDoneIsDoneAgain
from simulation.invariants.nothing_from_void_blocks import NothingFromVoidBlocks
from simulation.invariants.nothing_held_while_asking import NothingHeldWhileAsking
from simulation.invariants.nothing_repeated_without_a_key import NothingRepeatedWithoutAKey
from simulation.invariants.one_act_per_claim import OneActPerClaim
from simulation.invariants.one_outcome import OneOutcome
from simulation.invariants.only_the_right_people_decide import OnlyTheRightPeopleDecide
from simulation.invariants.only_what_the_contract_allows import OnlyWhatTheContractAllows
from simulation.invariants.questions_end_once import QuestionsEndOnce
from simulation.invariants.shared_caps_hold import SharedCapsHold
from simulation.invariants.sink_equals_fold import SinkEqualsFold
from simulation.invariants.spent_within_cap import SpentWithinCap
from simulation.invariants.tables_equal_fold import TablesEqualFold
from simulation.invariants.time_waits_for_answers import TimeWaitsForAnswers
from simulation.invariants.time_waits_for_people import TimeWaitsForPeople
from simulation.invariants.timers_never_early import TimersNeverEarly
from simulation.invariants.timers_once import TimersOnce

if TYPE_CHECKING:
    from simulation.world import World

INVARIANTS: Mapping[str, type[Invariant]] = {
    "acts_only_from_accepted_claims": ActsOnlyFromAcceptedClaims,
    "approved_calls_only": ApprovedCallsOnly,
    "no_stays_no": NoStaysNo,
    "nothing_disabled_is_called": NothingDisabledIsCalled,
    "nothing_done_is_done_again": NothingDoneIsDoneAgain,
    "nothing_held_while_asking": NothingHeldWhileAsking,
    "only_the_right_people_decide": OnlyTheRightPeopleDecide,
    "questions_end_once": QuestionsEndOnce,
    "time_waits_for_people": TimeWaitsForPeople,
    "bills_are_covered": BillsAreCovered,
    "inputs_decided_once": InputsDecidedOnce,
    "late_answers_settle_once": LateAnswersSettleOnce,
    "no_more_runs_than_may_be_open": NoMoreRunsThanMayBeOpen,
    "nothing_from_void_blocks": NothingFromVoidBlocks,
    "nothing_repeated_without_a_key": NothingRepeatedWithoutAKey,
    "one_act_per_claim": OneActPerClaim,
    "one_outcome": OneOutcome,
    "only_what_the_contract_allows": OnlyWhatTheContractAllows,
    "spent_within_cap": SpentWithinCap,
    "shared_caps_hold": SharedCapsHold,
    "time_waits_for_answers": TimeWaitsForAnswers,
    "timers_never_early": TimersNeverEarly,
    "timers_once": TimersOnce,
    "every_run_ends": EveryRunEnds,
    "tables_equal_fold": TablesEqualFold,
    "sink_equals_fold": SinkEqualsFold,
    "audit_clean": AuditClean,
}
"""The dear ones last."""


def invariants(world: World) -> list[Invariant]:
    """All of them, for one world."""
    return [kind(world) for kind in INVARIANTS.values()]
