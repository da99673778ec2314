"""Every rule of the checker, shown by a run into which just that violation was planted."""

from dataclasses import replace
from typing import Any

import pytest

from casekeeper.checker import SentMessage, check
from schemas.base import Event
from schemas.envelope import Envelope
from schemas.events.case import CaseAssigned, CaseMessageAdded
from schemas.events.consult import ConsultAnswered
from schemas.events.delivery import DeliverySent
from schemas.events.followup import ClockBreached, ClockSet, ClockStopped, ClockWarned
from schemas.events.message import MessageClassified, MessageReceived
from schemas.events.promise import PromiseKept
from schemas.events.reply import ReplyFailed, ReplySent, ReplyUncertain
from schemas.events.routing import CapacityReleased
from tests.unit.casekeeper.checker_logs import BRAND, CHANNEL, NOON, Run, Said, Story, whole
from tests.unit.casekeeper.checker_planted import DOUBLE, LOST, ORDER, OWNER, Plant, ended, place, twice, without

PLANTED = [
    pytest.param(figure, plant, words, id=f"{figure}: {name}")
    for figure, rules in {
        "lost": LOST,
        "double_effects": DOUBLE,
        "owner_violations": OWNER,
        "order_violations": ORDER,
    }.items()
    for name, (plant, words) in rules.items()
]
VIOLATIONS = ("lost", "double_effects", "owner_violations", "order_violations")


def violations(verdict: Any) -> dict[str, int]:
    return {name: count for name in VIOLATIONS if (count := getattr(verdict, name))}


@pytest.mark.parametrize(("figure", "plant", "words"), PLANTED)
def test_a_planted_violation_is_found_once_and_nothing_else_is(figure: str, plant: Plant, words: str) -> None:
    run = whole()
    plant(run)
    verdict = check(run.sent, run.envelopes(), run.received)
    assert violations(verdict) == {figure: 1}, verdict.findings
    assert not verdict.clean
    (finding,) = verdict.findings
    assert finding.startswith(f"{figure}: ")
    assert words in finding


@pytest.mark.parametrize(("figure", "plant", "words"), PLANTED)
def test_it_is_found_among_other_cases_too(figure: str, plant: Plant, words: str) -> None:
    run = whole()
    plant(run)
    for name in ("7", "8"):
        whole(name, run)
    verdict = check(run.sent, run.envelopes(), run.received)
    assert violations(verdict) == {figure: 1}, verdict.findings


def test_two_owners_are_a_violation_of_ownership_and_a_second_assignment() -> None:
    run = whole()
    twice(CaseAssigned, owner="mia")(run)
    verdict = check(run.sent, run.envelopes(), run.received)
    assert violations(verdict) == {"double_effects": 1, "owner_violations": 1}
    assert "case case-1 has two owners, kees and mia" in verdict.findings[1]


def test_a_clock_that_warns_twice_is_a_double_effect() -> None:
    run = whole()
    set_ = run.said[place(run, ClockSet)]
    warned = ClockWarned.model_validate(set_.event.model_dump())
    for _ in range(2):
        run.said.insert(place(run, ClockSet) + 1, Said(set_.subject, warned))
    verdict = check(run.sent, run.envelopes(), run.received)
    assert violations(verdict) == {"double_effects": 1}
    assert "warned 2 times" in verdict.findings[0]


class TestSequence:
    """Planted after numbering, for the numbers are what is wrong."""

    def log(self) -> list[Envelope]:
        return whole().envelopes()

    def judged(self, log: list[Envelope]) -> tuple[dict[str, int], tuple[str, ...]]:
        run = whole()
        verdict = check(run.sent, log, run.received)
        return violations(verdict), verdict.findings

    @staticmethod
    def clock_events(log: list[Envelope]) -> list[int]:
        return [index for index, each in enumerate(log) if isinstance(each.data, ClockSet | ClockStopped)]

    def test_a_gap_is_a_loss(self) -> None:
        log = self.log()
        del log[self.clock_events(log)[0]]
        found, (finding,) = self.judged(log)
        assert found == {"lost": 1}
        assert finding == "lost: event 1 of case-1 is missing in followup.events, though 5 is there"

    def test_a_number_that_falls_is_out_of_order(self) -> None:
        log = self.log()
        first, second = self.clock_events(log)[:2]
        log[first], log[second] = log[second], log[first]
        found, (finding,) = self.judged(log)
        assert found == {"order_violations": 1}
        assert "clock.set.v1 is event 1 of case-1 in followup.events, after event 2" in finding

    def test_one_number_for_two_events_is_out_of_order(self) -> None:
        log = self.log()
        first, second = self.clock_events(log)[:2]
        log[second] = replace(log[second], sequence=log[first].sequence)
        assert self.judged(log)[0] == {"order_violations": 1, "lost": 1}

    def test_the_same_event_again_is_neither(self) -> None:
        log = self.log()
        assert self.judged([*log, *log[3:9]])[0] == {}


class TestWhatIsExpected:
    def test_what_people_have_not_done_yet_is_not_lost_in_a_run_that_is_not_finished(self) -> None:
        run = Run()
        Story(run, "1").opened()
        other = Story(run, "2")
        other.opened()
        other.assigned()
        other.consulted()
        other.promised()
        without(ConsultAnswered)(run)
        assert check(run.sent, run.envelopes(), run.received).lost == 3
        assert check(run.sent, run.envelopes(), run.received, expect_finished=False).clean

    @pytest.mark.parametrize("kind", [MessageReceived, MessageClassified, CaseMessageAdded, DeliverySent, ReplySent])
    def test_what_machines_have_not_done_is_lost_all_the_same(self, kind: type[Event]) -> None:
        run = whole()
        without(kind)(run)
        assert check(run.sent, run.envelopes(), run.received, expect_finished=False).lost == 1

    def test_a_message_that_was_not_accepted_is_not_lost(self) -> None:
        run = whole()
        run.sent.append(SentMessage(BRAND, CHANNEL, "refused", "conversation-1", accepted=False))
        verdict = check(run.sent, run.envelopes(), run.received)
        assert verdict.clean
        assert (verdict.messages, verdict.accepted) == (len(run.sent), len(run.sent) - 1)

    def test_a_broken_promise_is_kept_or_breached(self) -> None:
        run = whole()
        without(PromiseKept)(run)
        index = place(run, ClockStopped)
        breached = ClockBreached.model_validate(run.said[index].event.model_dump())
        run.said[index] = Said("case-1", breached)
        assert check(run.sent, run.envelopes(), run.received).clean

    @pytest.mark.parametrize("kind", [ReplyFailed, ReplyUncertain])
    def test_a_reply_that_failed_or_is_uncertain_need_not_arrive(self, kind: type[Event]) -> None:
        run = whole()
        ended(kind)(run)
        assert check(run.sent, run.envelopes(), run.received).clean

    def test_replies_are_looked_for_only_where_the_receiving_end_is_known(self) -> None:
        run = whole()
        assert check(run.sent, run.envelopes(), []).clean
        assert check(run.sent, run.envelopes(), [], receives=["moccarel-mail"]).clean
        assert check(run.sent, run.envelopes(), [], receives=[CHANNEL]).lost == 3

    def test_copies_sent_in_several_goes_are_one_message(self) -> None:
        run = whole()
        run.sent.append(run.sent[0])
        verdict = check(run.sent, run.envelopes(), run.received)
        assert (verdict.messages, verdict.accepted, verdict.duplicates_rejected) == (3, 3, 2)

    def test_a_resolved_case_may_be_released(self) -> None:
        run = whole()
        assert any(isinstance(each.event, CapacityReleased) for each in run.said)
        assert check(run.sent, run.envelopes(), run.received).clean

    def test_the_moment_of_arrival_does_not_matter(self) -> None:
        run = whole()
        run.received = [replace(each, at=NOON.replace(year=2020)) for each in reversed(run.received)]
        assert check(run.sent, run.envelopes(), run.received).clean
