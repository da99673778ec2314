"""Steps of escalation, the order of harm, and the limit of a brand (F3)."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events.followup import ClockEscalated, ClockKind
from schemas.events.message import Urgency
from services.followup import domain
from services.followup.domain import CaseClocks, Clock
from services.followup.domain.clocks_budget import Budget, sum_due_at, sum_up, summed, take
from services.followup.domain.clocks_harm import WEIGHTS
from tests.unit.followup.moments import at, opened, promised, sent
from tests.unit.followup.talk import Followed, assigned, covered, terms, wrote

STEPS = [
    {"clock": "first-response", "before_minutes": 10, "to": "owner"},
    {"clock": "first-response", "after_minutes": 0, "to": "cover"},
    {"clock": "first-response", "after_minutes": 0, "to": "lead", "by": "mail"},
    {"clock": "first-response", "after_minutes": 30, "to": "lead", "by": "webhook"},
]


def followed(steps: list[dict[str, Any]] = STEPS) -> Followed:
    return Followed(terms(escalations=steps)).take(opened(60), 0).take(wrote(0), 0).take(assigned(1), 1)


def told(case: Followed) -> list[tuple[str, str, float]]:
    return [(each.to, each.by, each.minutes_late) for each in case.said if isinstance(each, ClockEscalated)]


class TestSteps:
    def test_each_is_taken_once_at_its_moment(self) -> None:
        case = followed()
        for minute in range(0, 200, 5):
            case.pass_to(minute)
        assert told(case) == [
            ("owner", "desk", -10),
            ("cover", "desk", 0),
            ("lead", "mail", 0),
            ("lead", "webhook", 30),
        ]

    def test_after_a_day_down_only_the_last_is_taken(self) -> None:
        case = followed().pass_to(1_500).pass_to(1_501)
        assert told(case) == [("lead", "webhook", 1_440)]
        assert case.lines("first-response") == ["set", "breached", "escalated"]

    def test_says_who_owns_the_case_and_who_acts_for_them(self) -> None:
        case = followed().take(covered(30, 90), 2).pass_to(60)
        escalated = case.said[-1]
        assert isinstance(escalated, ClockEscalated)
        assert (escalated.owner, escalated.cover) == ("kees", "bo")

    def test_none_after_the_stop(self) -> None:
        assert told(followed().pass_to(60).take(sent(65), 65).pass_to(500))[2:] == []

    def test_a_reminder_before_a_promise_is_due_goes_to_its_owner_once(self) -> None:
        case = followed([{"clock": "promise", "before_minutes": 30, "to": "owner"}]).take(promised(300), 5)
        case.pass_to(269)
        assert told(case) == []
        case.pass_to(270).pass_to(280).pass_to(300).pass_to(400)
        assert told(case) == [("owner", "desk", -30)]

    def test_a_clock_set_back_tells_nobody_again(self) -> None:
        case = followed().pass_to(60).pass_to(10).pass_to(60)
        assert len(told(case)) == 2

    def test_beyond_the_limit_it_is_part_of_a_sum(self) -> None:
        case = followed().pass_to(20)
        assert case.state
        first = next(each for each in case.state.clocks if each.kind == "first-response")
        change = domain.speak(case.state, at(100), {first.id})
        assert change
        assert [each.in_digest for each in change[1] if isinstance(each, ClockEscalated)] == [True]


class TestHarm:
    @pytest.mark.parametrize(
        ("worse", "better"),
        [
            (("first-response", "high", 10), ("first-response", "normal", 10)),
            (("first-response", "normal", 10), ("next-reply", "normal", 12)),
            (("first-response", "high", 60), ("resolution", "high", 200)),
            (("pick-up", "low", 60), ("closing", "high", 10_000)),
            (("resolution", "low", 1_000), ("first-response", "normal", 10)),
        ],
    )
    def test_who_waits_longest_with_most_urgency_comes_first(
        self, worse: tuple[ClockKind, Urgency, int], better: tuple[ClockKind, Urgency, int]
    ) -> None:
        assert harm_of(*worse) > harm_of(*better)

    def test_what_is_not_late_does_no_harm_yet(self) -> None:
        assert harm_of("first-response", "high", -5) == 0

    def test_every_weight_is_known_to_the_store(self) -> None:
        assert WEIGHTS == (0, 1, 2, 3, 4, 6, 8, 12, 16)


def harm_of(kind: ClockKind, urgency: Urgency, late: int) -> float:
    return domain.harm(Clock(id="c", kind=kind, subject_id="s", due_at=at(-late), warn_at=at(-late)), urgency, at(0))


class TestBudget:
    def test_an_hour_has_so_many_and_the_next_hour_again(self) -> None:
        one = take(None, "moccarel", 7, 10, at(0))
        two = take(one, "moccarel", 7, 10, at(30))
        three = take(two, "moccarel", 7, 10, at(59))
        four = take(three, "moccarel", 7, 10, at(60))
        assert [each.granted for each in (one, two, three, four)] == [7, 3, 0, 7]

    def test_a_clock_set_back_begins_a_new_hour(self) -> None:
        assert take(take(None, "moccarel", 10, 10, at(1_000)), "moccarel", 4, 10, at(0)).granted == 4

    def test_what_goes_beyond_is_told_as_one_sum_with_the_worst(self) -> None:
        state = None
        for number in range(30):
            state = summed(state, escalation(number), at(0)) or state
        assert state
        assert sum_up(state, at(0.5)) is None
        told_ = sum_up(state, at(1))
        assert told_
        after, event = told_
        assert (event.number, event.by_kind, event.since) == (1, {"first-response": 30}, at(0))
        assert [each.harm for each in event.worst] == [float(number) for number in range(29, 19, -1)]
        assert sum_up(after, at(2)) is None

    def test_sums_come_no_closer_than_an_hour(self) -> None:
        first = summed(None, escalation(1), at(0))
        told_ = sum_up(first, at(1))
        assert told_
        again = summed(told_[0], escalation(2), at(2))
        assert again
        assert sum_due_at(again) == at(61)
        second = sum_up(again, at(61))
        assert second
        assert second[1].number == 2

    def test_what_people_were_told_of_is_not_summed_up(self) -> None:
        assert summed(None, escalation(1).model_copy(update={"in_digest": False}), at(0)) is None
        assert sum_up(Budget(brand="moccarel", window_began_at=at(0)), at(0) + timedelta(days=1)) is None
        assert sum_up(None, at(0)) is None


def escalation(number: int) -> ClockEscalated:
    case = CaseClocks(case_id=f"case-{number}", conversation="c", brand="moccarel")
    names = {"conversation": case.conversation, "brand": case.brand, "subject_id": case.case_id}
    facts: dict[str, Any] = {"kind": "first-response", "step": 1, "to": "lead", "by": "desk", "in_digest": True}
    return ClockEscalated(
        **names,
        **facts,
        clock_id=f"clock-{number}",
        case_id=case.case_id,
        due_at=at(0),
        minutes_late=number,
        harm=number,
        escalated_at=at(0),
    )
